"""`unitmill explain`: one screen that adds up to the cent."""

import re
from decimal import Decimal

import pytest

from pipelines.cli.causes import sentence, short
from pipelines.reports.cost_change import Cause


def cause(name, amount=1, **fields):
    empty = dict.fromkeys(Cause.__slots__)
    known = {
        "name": name,
        "amount": Decimal(amount),
        "source": "openai",
        "provider": "OpenAI",
        "unit": "token",
        "account": "proj_chat",
        "team": "marketing",
        "driver": "gpt-4o input tokens",
    }
    return Cause(**(empty | known | fields))


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (
            cause(
                "volume",
                previous_requests=Decimal(1_175_759),
                requests=Decimal(4_934_347),
            ),
            (
                "more use: proj_chat (OpenAI, team marketing), 1.18 M to 4.93 M "
                "requests, above all gpt-4o input tokens"
            ),
        ),
        (
            cause("volume", previous_quantity=Decimal(0), quantity=Decimal(2000)),
            (
                "new use: proj_chat (OpenAI, team marketing), 2,000 tokens, above all "
                "gpt-4o input tokens"
            ),
        ),
        (
            cause("volume", previous_quantity=Decimal(2000), quantity=Decimal(0)),
            "use that ended: proj_chat (OpenAI, team marketing), 2,000 tokens before",
        ),
        (
            cause(
                "list price",
                previous_unit_cost=Decimal("0.00000015"),
                unit_cost=Decimal("0.00000017"),
            ),
            (
                "list price: proj_chat (OpenAI, team marketing), gpt-4o input tokens "
                "0.15 to 0.17 per 1M tokens"
            ),
        ),
        (
            cause(
                "efficiency",
                previous_quantity=Decimal(2000),
                quantity=Decimal(9000),
                previous_requests=Decimal(2),
                requests=Decimal(3),
            ),
            "tokens per request: proj_chat (OpenAI, team marketing), 1,000 to 3,000",
        ),
        (
            cause("mix", amount=-1, unit="GPU hour", driver="p4d", team="unassigned"),
            "mix: p4d is a smaller share of the GPU hours of proj_chat (OpenAI)",
        ),
        (cause("Tax", driver=None), "tax: OpenAI (openai)"),
        (cause("new source"), "new: first charges of OpenAI (openai)"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_each_cause_is_a_sentence(of, said):
    assert sentence(of) == said


def test_large_quantities_have_three_digits():
    assert [short(Decimal(n)) for n in (7, 99_999, 1_175_759, 11_278_558_046)] == [
        "7",
        "99,999",
        "1.18 M",
        "11.3 B",
    ]


@pytest.fixture
def explain(command, sample_settings):
    def call(*words):
        done = command("explain", *words, settings=sample_settings)
        assert done.returncode == 0, done.stderr
        return [line.rstrip() for line in done.stdout.splitlines()]

    return call


def amounts(lines):
    found = [re.match(r" *([+-][\d,]+\.\d\d)  ", line) for line in lines]
    return [Decimal(match[1].replace(",", "")) for match in found if match]


@pytest.mark.slow
def test_the_causes_of_the_bill_sum_to_its_change_to_the_cent(explain):
    lines = explain("2026-10")

    assert lines[0].startswith("The whole bill cost 67,481.38 USD in October 2026")
    assert lines[1] == "September 2026 cost 51,070.78: +16,410.60 (+32.1 %)."
    *causes, total = amounts(lines)
    assert total == Decimal("16410.60") == sum(causes)
    assert len(causes) == 11
    assert "proj_marketing_chatbot" in lines[3]
    assert lines[13].endswith("smaller causes")


@pytest.mark.slow
def test_a_project_of_the_bill_is_explained_with_its_budget(explain):
    lines = explain("--project", "marketing-chatbot")

    assert lines[:2] == [
        "Project marketing-chatbot cost 10,166.49 USD in October 2026 (EffectiveCost).",
        "September 2026 cost 2,193.39: +7,973.10 (+363.5 %).",
    ]
    *causes, total = amounts(lines)
    assert total == Decimal("7973.10") == sum(causes)
    assert (
        "Budget Marketing chatbot: 10,166.49 of 2,000.00 USD, breached, passed on "
        "2026-10-11."
    ) in lines


@pytest.mark.slow
def test_every_month_and_project_is_explained(explain, sample_settings, command):
    scopes = command(
        "query",
        "--format",
        "csv",
        "select distinct project_name from fct_showback_daily order by all",
        settings=sample_settings,
    ).stdout.splitlines()[1:]

    assert len(scopes) > 5
    for scope in scopes[::4]:
        found = amounts(explain("--project", scope))
        assert sum(found[:-1]) == (found[-1] if found else 0)


@pytest.mark.slow
def test_the_three_unit_costs_stand_beside_those_of_the_month_before(explain):
    lines = explain("2026-10")

    head = next(n for n, line in enumerate(lines) if line.startswith("unit cost"))
    names = [re.split(r"  +", line)[0] for line in lines[head + 1 : head + 5]]
    assert names == [
        "1k tokens",
        "inference (api)",
        "inference (self-hosted)",
        "training hour",
    ]


@pytest.mark.slow
def test_a_first_month_says_that_there_is_nothing_to_compare(explain):
    lines = explain("2026-08")

    assert lines[1].startswith("No charges of the month before")
    assert amounts(lines) == []


@pytest.mark.slow
def test_an_unknown_project_is_answered_with_the_nearest(command, sample_settings):
    done = command("explain", "--project", "marketing-bot", settings=sample_settings)

    assert done.returncode == 2
    assert "marketing-chatbot" in done.stderr
