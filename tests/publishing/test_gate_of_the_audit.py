"""The gate both ways: a build with a whole, good audit passes, and nothing else."""

import json
from decimal import Decimal

import duckdb
import pytest

from pipelines.landing import deliveries, landed
from pipelines.ledger.files import parts
from pipelines.ledger.inputs import Inputs
from pipelines.publishing.audit import (
    REQUIRED,
    database_build_id,
    objections,
    read,
    record,
    waiting,
)
from pipelines.publishing.check import Check
from pipelines.publishing.landing_checks import landing_checks
from pipelines.publishing.publish import publish
from pipelines.publishing.versions import PublishError, current
from pipelines.settings import PublishingSettings, ToleranceSettings, TrainingSettings
from pipelines.transform.database import start_build

LOST = Check("rows_add_up", False, "error", "2.00 is lost", "x")
COSTS = "select billed_cost from fct_charges_daily"


def test_a_build_whose_every_check_passed_is_published(settings, audited, ask):
    audited(cost=7)

    version = publish(settings)

    assert objections(settings) == []
    assert current(settings) == version
    assert ask(version, COSTS) == [(Decimal(7),)]


def test_nothing_is_published_before_there_is_a_build(settings):
    with pytest.raises(PublishError, match="there is no build"):
        publish(settings)


def test_a_build_without_its_audit_is_not_published(settings, audited):
    audited()
    (settings.build_dir / "audit.json").unlink()

    with pytest.raises(PublishError, match="there is no build"):
        publish(settings)


@pytest.mark.parametrize("missing", REQUIRED)
def test_each_kind_of_check_must_have_run_on_the_build(settings, audited, missing):
    audited(kinds=[kind for kind in REQUIRED if kind != missing])

    assert objections(settings) == [f"the {missing} checks did not run on this build"]


@pytest.mark.parametrize("empty", REQUIRED)
def test_a_kind_that_checked_nothing_did_not_run(settings, audited, empty):
    audited()
    record(settings, empty, [], [])

    assert objections(settings) == [f"the {empty} checks did not run on this build"]


@pytest.mark.parametrize("kind", REQUIRED)
def test_one_failed_check_of_any_kind_stops_publishing(settings, audited, kind):
    audited()
    said = "openai 2026-10: 2.00 is lost"
    record(
        settings, kind, [Check("rows_add_up", False, "error", said, "marts/fct_x")], []
    )

    with pytest.raises(PublishError) as refused:
        publish(settings)

    objection = f"{said} [{kind} check marts/fct_x rows_add_up]"
    assert str(refused.value) == f"not published: {objection}"
    assert refused.value.objections == (objection,)


def test_a_check_that_says_nothing_is_named(settings, audited):
    audited(checks=[Check("rows_add_up", False, "error", asset="marts/fct_x")])

    assert objections(settings)[0] == "landing check failed: marts/fct_x rows_add_up"


def test_the_cause_comes_first_and_what_did_not_run_because_of_it_last(
    settings, audited
):
    audited(kinds=["landing"])
    wrong = Check("rows_add_up", False, "error", "openai 2026-10: 2.00 is lost", "m/x")
    waiting = Check("sums_match", False, "error", asset="m/y", skipped=True)
    record(settings, "dbt", [waiting, wrong, waiting], [])

    cause, consequence = objections(settings)

    assert cause == "openai 2026-10: 2.00 is lost [dbt check m/x rows_add_up]"
    assert consequence == (
        "because of it these did not run: 2 models and tests of dbt, the quality checks"
    )


def test_a_warning_does_not_stop_publishing(settings, audited):
    audited(checks=[Check("looks_odd", False, "warn", "3 rows")])

    assert publish(settings) == current(settings)


def test_a_refused_build_leaves_the_last_good_version_current(settings, audited, ask):
    audited(cost=1)
    good = publish(settings)
    audited(cost=2, checks=[Check("rows_add_up", False, "error")])

    with pytest.raises(PublishError):
        publish(settings)

    assert current(settings) == good
    assert ask(current(settings), COSTS) == [(Decimal(1),)]


def test_an_audit_of_another_build_does_not_count(settings, audited):
    audited()
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute("update meta.build set build_id = 'another'")

    assert objections(settings) == [
        "the build database is not the one that was audited"
    ]


def test_a_mart_that_was_changed_after_its_audit_is_not_published(settings, audited):
    audited()
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute("update marts.fct_charges_daily set billed_cost = 0")

    assert objections(settings) == ["the build changed after its audit"]


def test_a_new_build_starts_without_the_checks_of_the_last_one(settings, audited):
    last = audited()
    new = start_build(settings)

    assert new != last
    assert database_build_id(settings) == new
    assert read(settings)["checks"] == {}
    assert len(objections(settings)) == 1 + len(REQUIRED)  # and it has no seal


def test_a_ledger_that_changed_since_the_build_stops_publishing(
    settings, audited, charge
):
    audited(cost=1)
    charge(2)

    assert objections(settings) == [
        "changed since the build: ledger focus/acme/2026-08; build again"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"tolerance": ToleranceSettings(amount=Decimal(1000))},
        {"training": TrainingSettings(node_tag="node")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_setting_that_moves_a_number_needs_a_new_build(settings, audited, change):
    audited()

    assert objections(settings) == []
    assert objections(settings.model_copy(update=change)) == [
        f"changed since the build: setting {next(iter(change))}; build again"
    ]


def test_keeping_fewer_versions_needs_no_new_build(settings, audited):
    audited()
    two = settings.model_copy(
        update={"publishing": PublishingSettings(keep_versions=2)}
    )

    assert objections(two) == []


def test_checks_without_a_build_are_recorded_nowhere(settings):
    record(settings, "dbt", [Check("rows_add_up", True, "error")], [])

    assert read(settings) is None


def test_a_refused_file_is_a_failed_check_unless_the_owner_lets_it_warn(
    settings, audited
):
    audited()
    refusals = (
        landed.Refusal("", ("odd.csv",), "no source recognizes it"),
        landed.Refusal("aws", ("cur.csv",), "aws: cur.csv: has no month"),
    )
    landing = landed.Landing(refusals=refusals)
    deliveries.record(settings.deliveries_file, landing, ())
    lenient = settings.model_copy(
        update={"landing": settings.landing.model_copy(update={"unrecognized": "warn"})}
    )

    inputs = Inputs((), landing)
    check, _, in_ledger = landing_checks(settings, inputs)
    warning, _, _ = landing_checks(lenient, inputs)

    assert (check.passed, check.severity) == (False, "error")
    assert check.objection("landing") == (
        "odd.csv: no source recognizes it; and 1 more file "
        "[landing check landing/deliveries every_file_is_recognized]"
    )
    assert (warning.passed, warning.severity) == (False, "warn")
    assert not warning.blocks
    assert in_ledger.passed


def test_a_refused_file_is_refused_by_a_build_that_only_reads_the_record(
    settings, audited
):
    audited()
    refusal = deliveries.Refusal("aws", ("cur.csv",), "aws: cur.csv: has no month")
    landing = deliveries.Landing(refusals=(refusal,))
    deliveries.record(settings.deliveries_file, landing, ())

    check, _, _ = landing_checks(settings, Inputs((), deliveries.load(settings)))

    assert not check.passed
    assert check.detail == "aws: cur.csv: has no month"


def test_what_waits_is_said_as_the_build_said_it(settings, audited):
    published = audited()

    assert waiting(settings, published) == []
    assert waiting(settings, "an older one") == objections(settings) == []
    record(settings, "dbt", [LOST], [])
    assert waiting(settings, published) == []
    [against] = waiting(settings, "an older one")
    assert against == "2.00 is lost [dbt check x rows_add_up]"


def test_a_refused_file_waits_though_the_last_build_is_published(settings, audited):
    published = audited()
    refusal = deliveries.Refusal("", ("odd.csv",), "no source recognizes it")
    landing = deliveries.Landing(refusals=(refusal,))
    deliveries.record(settings.deliveries_file, landing, ())

    [against] = waiting(settings, published)
    assert against == (
        "odd.csv: no source recognizes it "
        "[landing check landing/deliveries every_file_is_recognized]"
    )


def test_status_says_why_nothing_is_published_yet(settings, audited, command):
    audited()
    record(settings, "dbt", [LOST], [])

    said = command("status", settings=settings)

    assert said.returncode == 1
    assert "2.00 is lost [dbt check x rows_add_up]" in said.stdout
    assert "nothing is published in" in said.stderr


def test_a_month_that_is_not_in_the_ledger_is_named_with_what_to_materialize(
    settings, invent, put
):
    put("acme-1.csv", "a")
    acme = invent()
    landing = deliveries.scan(settings, [acme])

    _, _, check = landing_checks(settings, Inputs((acme,), landing))

    assert check.detail == (
        "acme 2026-08 was delivered and is not in the ledger; materialize focus/acme"
    )


def test_the_manifest_says_what_was_checked_and_what_the_numbers_rest_on(
    settings, audited
):
    build_id = audited()

    version = publish(settings)

    manifest = json.loads((version.folder / "manifest.json").read_text())
    del manifest["digest"]
    assert manifest == version.manifest
    assert manifest["build_id"] == build_id
    assert manifest["inputs"] == read(settings)["inputs"]
    assert manifest["row_counts"] == {
        "dim_billing_periods": 1,
        "fct_charges_daily": 1,
        "fct_reconciliation_monthly": 1,
    }
    assert [(t["source_name"], t["billed_cost"]) for t in manifest["totals"]] == [
        ("acme", "1.000000000000")
    ]
    assert set(manifest["checks"]) == set(REQUIRED)


def test_a_check_that_should_have_run_and_did_not_is_named(settings, audited):
    audited()
    ran = Check("rows_add_up", True, "error", asset="marts/x")
    record(settings, "dbt", [ran], ["marts/x rows_add_up", "marts/x sums_match"])

    assert objections(settings) == [
        "1 of 2 dbt checks did not run on this build: marts/x sums_match"
    ]


def test_an_edited_audit_is_no_audit(settings, audited):
    audited()
    record(settings, "dbt", [LOST], [])
    path = settings.build_dir / "audit.json"
    path.write_text(path.read_text().replace('"passed": false', '"passed": true'))

    [against] = objections(settings)

    assert against.endswith("was changed after it was written; build again")
    assert waiting(settings, "an older one") == [against]


@pytest.mark.parametrize("content", ["", '{"build_id": "a"', "[]"])
def test_a_damaged_audit_is_no_audit(settings, audited, content):
    audited()
    (settings.build_dir / "audit.json").write_text(content)

    [against] = objections(settings)

    assert against.startswith("the audit of the build is damaged: ")


def test_a_partition_that_lost_bytes_stops_publishing(settings, audited):
    audited()
    place = settings.ledger_dir / "focus" / "acme" / "2026-08"
    [path] = parts(place)
    path.write_bytes(path.read_bytes()[:-1])

    first, *_ = objections(settings)

    assert first == (
        f"{place} has other bytes than were written; build again, which converts its "
        "month again"
    )
