"""What results of models, tests and suites become: checks, each with its sentence."""

import duckdb
import pytest

from pipelines.defs.objecting import failure
from pipelines.defs.quality import _entry
from pipelines.defs.results import Results
from pipelines.defs.translator import check_name
from pipelines.publishing.check import Check
from pipelines.quality.run import Outcome, SuiteResult
from pipelines.quality.suites import suites
from pipelines.transform.graph import Graph, Node, Question
from pipelines.transform.runner import Result


def node(name, layer="marts", tests=""):
    """Make as much of a node as is read."""
    kind = "test" if tests else "model"
    return Node(
        id=f"{kind}.unitmill.{name}",
        name=name,
        kind=kind,
        layer="audit" if tests else layer,
        relation="",
        table=name,
        materialized="test" if tests else "table",
        language="sql",
        code="select 1",
        inputs=(),
        columns={},
        is_contract=False,
        description="",
        types={},
        question=Question("error", "count(*)", "!= 0", "!= 0", None) if tests else None,
        tested=f"model.unitmill.{tests}" if tests else "",
    )


NODES = {
    one.name: one
    for one in (
        node("int_x", "intermediate"),
        node("fct_x"),
        node("sums_match", tests="fct_x"),
        node("rows_add_up", tests="fct_x"),
    )
}


@pytest.fixture
def results(settings):
    """Read results beside a build database that holds one failed test's rows."""
    db = duckdb.connect()
    db.execute("create schema audit")
    db.execute(
        "create table audit.sums_match as select 'openai' as source_name, "
        "'2026-10' as billing_period, '2.00 is lost' as objection"
    )

    def read(**found):
        results = Results(settings, db, Graph({n.id: n for n in NODES.values()}, {}))
        for name, (status, message) in found.items():
            results.add(Result(NODES[name], status, message))
        return results

    return read


def test_a_failed_test_says_its_first_row(results):
    found = results(
        fct_x=("made", ""), sums_match=("fail", ""), rows_add_up=("pass", "")
    )

    assert found.checks == [
        Check(
            "sums_match", False, "error", "openai 2026-10: 2.00 is lost", "marts/fct_x"
        ),
        Check("rows_add_up", True, "error", "", "marts/fct_x"),
    ]
    assert found.objections() == [
        "openai 2026-10: 2.00 is lost [dbt check marts/fct_x sums_match]"
    ]
    assert found.expected == ["marts/fct_x sums_match", "marts/fct_x rows_add_up"]


def test_a_model_that_broke_says_how_and_what_waits_for_it_is_no_cause(results):
    found = results(
        int_x=("error", "Out of Memory Error: no"),
        fct_x=("skipped", ""),
        sums_match=("skipped", ""),
    )

    [objection] = found.objections()
    assert objection == (
        "intermediate/int_x could not be made: Out of Memory Error: no "
        "[dbt check intermediate/int_x can_be_made]"
    )
    assert [check.skipped for check in found.checks] == [False, True, True]
    assert all(check.blocks for check in found.checks)


def test_a_test_that_could_not_run_says_why(results):
    [objection] = results(rows_add_up=("error", "Binder Error: x")).objections()

    assert objection == (
        "marts/fct_x could not be checked: Binder Error: x "
        "[dbt check marts/fct_x rows_add_up]"
    )


def test_a_warning_is_said_and_stops_nothing(results):
    found = results(sums_match=("warn", ""))

    assert [c.detail for c in found.checks] == ["openai 2026-10: 2.00 is lost"]
    assert found.objections() == []


def test_a_model_without_tests_is_no_objection(results):
    assert results(int_x=("made", "")).objections() == []


def test_a_failure_is_its_objections_and_nothing_else():
    assert failure(["a is lost", "b is lost"]).description == "a is lost\nb is lost"


def test_a_failed_suite_says_which_rule_and_which_row(settings):
    [ledger] = [suite for suite in suites() if suite.name == "ledger"]
    row = {"x_SourceName": "aws", "x_DeliveryId": "d1", "x_SourceRowNumber": 7}
    outcomes = (
        Outcome("BilledCost is known", True, 9, 0, ()),
        Outcome("currency code", False, 9, 3, ({"BillingCurrency": "usd", **row},)),
        Outcome("tokens are not negative", False, None, 1, (row,)),
    )

    check = _entry(settings, SuiteResult(ledger, outcomes))

    assert check.objection("quality") == (
        "aws, row 7 of delivery d1: ledger.focus breaks the rule: currency code "
        "(BillingCurrency usd); and 2 more rows; get the export again, or correct the "
        "row; and 1 more expectation "
        "[quality check marts/fct_charges_daily ledger_meets_expectations]"
    )


def test_a_suite_that_cannot_be_checked_says_why(settings):
    [suite] = [suite for suite in suites() if suite.name == "training_attempts"]
    outcome = Outcome(
        "status is an allowed value", False, None, 0, (), "no such column"
    )

    check = _entry(settings, SuiteResult(suite, (outcome,)))

    assert check.detail == (
        "staging.stg_usage__training_attempts: status is an allowed value could not be "
        "checked: no such column"
    )


@pytest.mark.parametrize(
    ("test", "model", "name"),
    [
        ("fct_x_has_one_row_per_grain", "fct_x", "has_one_row_per_grain"),
        ("not_negative_stg_x_output_tokens", "stg_x", "not_negative__output_tokens"),
        ("has_one_row_stg_x_", "stg_x", "has_one_row"),
        ("every_month_is_explained", "fct_x", "every_month_is_explained"),
    ],
)
def test_a_check_is_called_as_its_test_without_the_model(test, model, name):
    assert check_name(test, model) == name
