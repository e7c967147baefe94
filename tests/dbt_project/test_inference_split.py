"""OpenCost's published cases, by its formula and by the model, as the page has them."""

import json
import re

import duckdb
import pytest

from pipelines.settings import PROJECT_DIR, Settings
from pipelines.transform.graph import Graph
from pipelines.transform.project import compiled

PAGE = PROJECT_DIR / "docs" / "inference-split.md"
LLM_D_COST, LLM_D_PRINTED = 1.704816, (1032.75, 60.46)
# What OpenCost printed says how long prompts took, as a share of what it added up.
LLM_D_SHARE = LLM_D_PRINTED[0] * 30 * 48 / 1e6 / LLM_D_COST
# Cost, prefill seconds, what OpenCost takes for decode seconds, decode seconds,
# observed seconds, what input and output are divided by, digits of an amount.
CASES = {
    "documentation, decode seconds as written": (
        *(3.20, 600, 600, 600, 3600),
        *(12, 3, 3),
    ),
    "documentation, answers of 250 tokens": (
        *(3.20, 600, 600, 600 * 249, 3600),
        *(12, 3, 3),
    ),
    "verification of llm-d": (
        *(LLM_D_COST, LLM_D_SHARE, 1 - LLM_D_SHARE, 119 * (1 - LLM_D_SHARE), 3600),
        *(30 * 48 / 1e6, 30 * 120 / 1e6, 2),
    ),
    "scrape of a 27B model": (
        *(13.74, 2853.420, 30.848, 37519.711, 13.74 * 3600),
        *(1, 1, 3),
    ),
}


@pytest.fixture(scope="module")
def rule(sample_home):
    """Give the SQL of the model that splits the hours of servers."""
    manifest = compiled(Settings(home=sample_home)).read_text("utf-8")
    graph = Graph.of_manifest(json.loads(manifest))
    [node] = [n for n in graph.order if n.name == "int_server_hours_split"]
    return node.code


@pytest.fixture(scope="module")
def share_of(rule):
    """Give the input share and the basis of an hour by its seconds."""
    with duckdb.connect() as db:
        db.execute(
            """
            attach ':memory:' as warehouse;
            create schema warehouse.staging;
            create schema warehouse.intermediate;
            create table warehouse.intermediate.int_node_names as
                select 'n' as machine_name, 's' as source_name, 'n' as node_name;
            create table warehouse.staging.stg_landing__settings as
                select 4.0 as output_token_weight;
            """
        )

        def share(prefill, decode, observed):
            db.execute(
                """
                create or replace table warehouse.intermediate.int_model_usage_ranked as
                select
                    'self-hosted' as provider_name,
                    true as is_metering,
                    'm' as model_id, 'n' as resource_id, 'w' as workload_name,
                    null as server_role,
                    round($prefill::decimal(38, 12), 9) as prefill_seconds,
                    round($decode::decimal(38, 12), 9) as decode_seconds,
                    true as phases_overlap, null as serving_seconds,
                    $observed::decimal(38, 12) as observed_seconds,
                    1 as input_uncached_tokens, 0 as input_cache_write_tokens,
                    1 as output_tokens, date '2026-10-05' as usage_date,
                    timestamp '2026-10-05' as window_start
                """,
                {"prefill": prefill, "decode": decode, "observed": observed},
            )
            columns = "token_split_basis, cast(input_share as double)"
            [(basis, found)] = db.execute(f"select {columns} from ({rule})").fetchall()
            assert basis == "request_time"
            return found

        yield share


def shown(case):
    """Give the cells of a row of the page as numbers."""
    row = re.search(rf"^\| {case} \|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [float(cell.replace(",", "")) for cell in row[1].split("|")]


@pytest.mark.parametrize("case", CASES)
def test_the_page_shows_what_opencost_says_and_what_the_model_does(case, share_of):
    cost, prefill, taken, decode, observed, of_input, of_output, digits = CASES[case]
    theirs = prefill / (prefill + taken)
    ours = share_of(prefill, decode, observed)

    costs = [
        round(cost * part / by, digits)
        for share in (theirs, ours)
        for part, by in ((share, of_input), (1 - share, of_output))
    ]

    assert shown(case) == [*costs, round(theirs, 4), round(ours, 4)]


def test_the_verification_is_what_opencost_printed(share_of):
    assert shown("verification of llm-d")[:2] == list(LLM_D_PRINTED)
    assert LLM_D_SHARE + LLM_D_PRINTED[1] * 3600 / 1e6 / LLM_D_COST == pytest.approx(1)


def test_requests_that_overlap_are_not_added_up(share_of):
    plain = 540 / (540 + 44460)
    text = PAGE.read_text("utf-8")

    assert f"would make input {40 * plain:.2f} USD" in text
    assert f"the rule {40 * share_of(540, 44460, 3600):.2f}" in text
