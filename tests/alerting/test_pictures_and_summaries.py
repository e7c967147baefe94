"""Mails with pictures: of alerts, and of a team's week."""

import base64
import email
import json
import sys

import dagster as dg
import duckdb
import pytest
from week_rows import HOSTILE, TABLES

from pipelines.alerting.alerts import AlertError
from pipelines.alerting.record import read_record
from pipelines.alerting.sending import send_pending
from pipelines.alerting.summaries import key_of, send_summaries, summaries
from pipelines.alerting.summary import as_html, summary_of
from pipelines.alerting.weekly import week_of
from pipelines.defs.summaries import SEND, summarizing
from pipelines.publishing.versions import current

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def week(settings):
    """Publish the two weeks of week_rows; give the database's file."""
    folder = settings.versions_dir / "20261101T000000Z-b1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
        db.execute(TABLES)
    (folder / "manifest.json").write_text(json.dumps({"build_id": "b1"}))
    (settings.versions_dir / "current").symlink_to(folder.name)
    return current(settings).database


def parts_of(mail):
    """Give a mail's HTML, and its pictures by their Content-ID."""
    html, pictures = "", {}
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            html = part.get_payload(decode=True).decode()
        if part.get_content_type() == "image/png":
            pictures[part["Content-ID"]] = part.get_payload(decode=True)
    return html, pictures


def test_the_week_of_a_team_has_its_sums_and_their_trend(week):
    with duckdb.connect(str(week), read_only=True) as db:
        found = week_of(db, "search")

    assert (found.spend.now, found.spend.before, found.spend.percent) == (40, 50, -20)
    assert (found.month.now, found.month.before, found.month.percent) == (90, 60, 50)
    assert [(p.name, p.now, p.before) for p in found.projects] == [
        ("answers", 30, 20),
        (HOSTILE, 10, 30),
    ]
    assert (found.unowned.now, found.unowned.percent) == (8, 100)
    [budget] = found.budgets
    assert (budget.status, budget.spent, budget.projected) == (
        "breach_projected",
        90,
        120,
    )
    # The alert of 24 October is of the week before.
    assert [alert.severity for alert in found.alerts] == ["warning", "warning"]


def test_a_team_without_costs_before_has_nothing_to_compare(week):
    with duckdb.connect(str(week), read_only=True) as db:
        found = week_of(db, "nobody")

    assert (found.spend.now, found.spend.before, found.spend.percent) == (
        None,
        None,
        None,
    )
    assert found.projects == []


def test_a_summary_arrives_as_a_mail_with_two_pictures_once_a_week(
    week, choose, mailbox, monkeypatch
):
    monkeypatch.setenv("MAIL", mailbox.url)
    live = choose(
        dry_run=False,
        channels={"default": "NONE", "search": "MAIL"},
        pages_address="https://finops.example.com/",
    )

    [sent] = send_summaries(live)
    again = list(send_summaries(live))

    [mail] = mailbox.mails
    html, pictures = parts_of(mail)
    assert sent.notification.status == "sent"
    assert sent.notification.no_picture == ""
    assert again == []
    assert key_of("search", sent.day) == "summary search 2026-W44"
    assert mail["Subject"].replace("\n", "") == (
        "search: 40.00 USD in the week to 2026-10-31, -20.0 %"
    )
    assert set(pictures) == {"<trend.png>", "<projects.png>"}
    assert all(picture.startswith(PNG) for picture in pictures.values())
    assert 'src="cid:trend.png"' in html
    for said in (
        "30.00 USD",
        "October to day 31: 90.00 USD; September to the same day: 60.00 USD (+50.0 %).",
        "Without an owner in the whole company: 8.00 USD (+100.0 % on the week before",
        "120.00 USD",
        "breach projected",
        'href="https://finops.example.com/#my-team?team=search"',
    ):
        assert said in html


def test_a_summary_that_missed_somebody_is_sent_to_that_one_again_the_same_week(
    week, choose, mailbox, webhook, monkeypatch
):
    """The schedule comes once a week; the sensor sends again what it began."""
    monkeypatch.setenv("BOTH", f"{webhook.url} {mailbox.url}")
    live = choose(dry_run=False, channels={"default": "BOTH"})
    webhook.answers = [503]
    shell = summarizing(live)
    sensor, job = (
        shell.resolve_sensor_def("failed_summaries"),
        shell.resolve_job_def(SEND),
    )

    def asks():
        return len(sensor.evaluate_tick(dg.build_sensor_context()).run_requests)

    before = asks()
    monday = job.execute_in_process(raise_on_error=False)
    after = asks()
    again = job.execute_in_process(raise_on_error=False)

    assert (before, after, asks()) == (0, 1, 0)
    assert (monday.success, again.success) == (False, True)
    assert (len(mailbox.mails), len(webhook.heard)) == (1, 2)


def test_a_name_or_a_message_that_is_markup_stays_text(week):
    message, _ = summary_of(week, "search", with_pictures=False)

    assert HOSTILE not in message.html
    assert "&lt;b onmouseover=alert(1)&gt;rag&lt;/b&gt;" in message.html
    assert "100.00 USD &lt;spent&gt;." in message.html
    assert f"{HOSTILE}: 10.00 USD (before 30.00 USD, -66.7 %)" in message.text


def test_a_document_of_a_summary_needs_no_other_file(week):
    message, lacking = summary_of(week, "search")

    text = as_html(message)

    assert lacking == ""
    assert "cid:" not in text
    assert text.count('src="data:image/png;base64,') == 2


def test_without_the_extra_a_summary_is_words_and_the_record_says_why(
    week, choose, mailbox, monkeypatch
):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setenv("MAIL", mailbox.url)

    [sent] = send_summaries(choose(dry_run=False, channels={"default": "MAIL"}))

    html, pictures = parts_of(mailbox.mails[0])
    assert (sent.notification.status, pictures) == ("sent", {})
    assert "unitmill[images]" in sent.notification.no_picture
    assert "<img" not in html
    assert "40.00 USD" in html


def test_a_dry_run_of_summaries_is_recorded_and_sent_when_it_ends(
    week, choose, webhook, monkeypatch
):
    monkeypatch.setenv("HOOK", webhook.url)

    [told] = send_summaries(choose())
    again = list(send_summaries(choose()))
    [sent] = send_summaries(choose(dry_run=False, channels={"default": "HOOK"}))

    assert (told.notification.status, again) == ("dry_run", [])
    assert sent.notification.status == "sent"
    [heard] = webhook.heard
    assert "spend: 40.00 USD (before 50.00 USD, -20.0 %)" in heard["message"]
    assert len(heard["attachments"]) == 2


def test_a_team_that_is_wanted_and_has_no_cost_is_named(week, choose):
    with pytest.raises(AlertError, match=r"names sales, .*; expected of: search"):
        summaries(choose(summary_teams=["sales"]))


def test_the_job_of_summaries_fails_where_one_was_not_sent(
    week, choose, webhook, monkeypatch
):
    monkeypatch.setenv("HOOK", webhook.url)
    live = choose(dry_run=False, channels={"default": "HOOK"})
    webhook.answers = [503]
    job = summarizing(live).resolve_job_def(SEND)

    outcomes = [job.execute_in_process(raise_on_error=False).success for _ in range(2)]

    assert outcomes == [False, True]


def test_an_alert_of_a_budget_and_of_a_surge_shows_it(
    week, choose, mailbox, monkeypatch
):
    """An alert of a run has no picture, and none is missed."""
    monkeypatch.setenv("MAIL", mailbox.url)

    sent = list(send_pending(choose(dry_run=False, channels={"default": "MAIL"})))

    pictures = {
        mail["Subject"].replace("\n", ""): parts_of(mail)[1] for mail in mailbox.mails
    }
    assert [one.notification.no_picture for one in sent] == ["", "", ""]
    assert {title: [*found] for title, found in pictures.items()} == {
        "Budget breach projected: search": ["<alert.png>"],
        "Cost surge: acct": ["<alert.png>"],
        "Run over cap: p": [],
    }


def test_an_alert_s_picture_draws_the_days_of_its_own_budget_and_cost(week):
    from pipelines.alerting.pictures import CHARTS, PAGE  # noqa: PLC0415
    from pipelines.pages.pictures import find_chart, picture_of  # noqa: PLC0415

    def drawn(chart, alert):
        picture = picture_of(db, *find_chart(PAGE, chart, CHARTS), filters=alert)
        return [
            (row["at"], row["value"], row["expected"], row["limit"])
            for row in picture.spec["data"]["values"]
        ]

    with duckdb.connect(str(week), read_only=True) as db:
        budget = drawn("budget", {"alert": "a1"})
        cost = drawn("cost", {"alert": "b2"})

    assert budget == [
        ("2026-10-18", 20.0, None, 100.0),
        ("2026-10-25", 80.0, None, 100.0),
        ("2026-10-31", 90.0, None, 100.0),
    ]
    # From 28 days before to the newest closed day; 30 where 10 was expected.
    assert (cost[0][0], cost[-1][0], len(cost)) == ("2026-09-27", "2026-10-31", 35)
    assert [row for row in cost if row[2] is not None] == [
        ("2026-10-25", 30.0, 10.0, None)
    ]


def test_a_picture_that_fails_holds_no_alert_back(week, choose, webhook, monkeypatch):
    monkeypatch.setenv("HOOK", webhook.url)
    with duckdb.connect(str(week)) as db:
        db.execute("drop table fct_cost_anomalies")
    live = choose(dry_run=False, channels={"default": "HOOK"})

    list(send_pending(live))

    record = read_record(live.notifications_file)
    assert {key: one.status for key, one in record.items()} == dict.fromkeys(
        ("a1", "b2", "c3"), "sent"
    )
    assert "alerts/cost cannot be asked of this version" in record["b2"].no_picture
    by_title = {heard["title"]: heard for heard in webhook.heard}
    [picture] = by_title["Budget breach projected: search"]["attachments"]
    assert base64.b64decode(picture["base64"]).startswith(PNG)
    assert by_title["Cost surge: acct"]["attachments"] == []


def test_the_command_writes_a_mail_a_document_and_words(
    week, settings, command, tmp_path
):
    for name in ("a.eml", "a.html", "a.txt"):
        file = tmp_path / name
        done = command(
            "summary", "--team", "search", "--output", str(file), settings=settings
        )
        assert done.returncode == 0, done.stderr

    mail = email.message_from_string((tmp_path / "a.eml").read_text("utf-8"))
    assert len(parts_of(mail)[1]) == 2
    assert "data:image/png" in (tmp_path / "a.html").read_text("utf-8")
    words = (tmp_path / "a.txt").read_text("utf-8")
    assert words.startswith("search: 40.00 USD in the week to 2026-10-31, -20.0 %\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--team", "x", "--output", "a.eml"),
            "no team 'x' has cost; there are: searc",
        ),
        (
            ("--team", "search", "--output", "a.pdf"),
            "expected a file that ends in .eml",
        ),
        (("--team", "search"), "--team and --output go together"),
    ],
)
def test_a_wrong_call_of_the_command_says_what_is_expected(
    week, settings, command, words, said
):
    done = command("summary", *words, settings=settings)

    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_the_command_lists_the_teams_and_records_a_dry_run(week, settings, command):
    listed = command("summary", settings=settings).stdout
    sent = command("summary", "--send", settings=settings).stdout
    again = command("summary", "--send", settings=settings).stdout

    assert listed == "week to 2026-10-31 new     search\n"
    assert sent == "week to 2026-10-31 dry run search\n"
    assert again == "No summaries to send.\n"


def test_the_command_draws_a_chart_of_a_team(week, settings, command, tmp_path):
    """Of search: 60 in September and 20 + 30 + 30 + 10 in October."""
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"

    for file in (svg, png):
        words = ("image", "my-team/projects", "--team", "search", "-o", str(file))
        done = command(*words, settings=settings)
        assert done.returncode == 0, done.stderr
    again = command(*words, settings=settings)
    wrong = command("image", "my-team/budgets", "-o", "b.svg", settings=settings)

    assert ">$50.00<" in svg.read_text("utf-8")
    assert ">$40.00<" in svg.read_text("utf-8")
    assert ">October 2026 · team search · USD<" in svg.read_text("utf-8")
    assert png.read_bytes().startswith(PNG)
    assert (again.returncode, wrong.returncode) == (2, 2)
    assert "exists already" in again.stderr
    assert "pictures of my-team: projects, trend" in " ".join(wrong.stderr.split())
