"""The gate on the whole pipeline: broken exports are refused by name and row."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.publishing.audit import objections
from pipelines.publishing.versions import current, versions

pytestmark = pytest.mark.slow

OPENAI_PULL = "20261104T020000Z"


def broken_usage(exports):
    """Let one result of the newest usage pull count tokens below zero."""
    path = exports / "openai" / "usage" / OPENAI_PULL / "completions-002.json"
    page = json.loads(path.read_text())
    page["data"][0]["results"][0]["output_tokens"] = -5
    path.write_text(json.dumps(page))


def broken_currency(exports):
    """Let one charge of the newest costs pull be in euro."""
    path = exports / "openai" / "costs" / OPENAI_PULL / "page-002.json"
    text = path.read_text()
    path.write_text(text.replace('"currency":"usd"', '"currency":"eur"', 1))


def broken_account(exports):
    """Let one line of the newest AWS report have no payer."""
    path = max(exports.glob("aws/cur2/*/data/BILLING_PERIOD=2026-10/*/*.parquet"))
    table = pq.read_table(path)
    place = table.column_names.index("bill_payer_account_id")
    payers = [None, *table.column(place).to_pylist()[1:]]
    column = pa.array(payers, table.schema.field(place).type)
    pq.write_table(table.set_column(place, "bill_payer_account_id", column), path)


# How each is broken, what is said of it, and the check that says so. No row of the one
# is looked at by the check of the other.
BROKEN = {
    "a negative token count": (
        broken_usage,
        r"openai_usage, row \d+ of openai/usage/.*: output_tokens is -5, below zero",
        r"\[dbt check staging/stg_usage__model_usage not_negative__output_tokens\]",
    ),
    "a charge in another currency": (
        broken_currency,
        r"openai 2026-10, row 148 of openai/costs/.*: billing_currency is EUR",
        r"\[dbt check staging/stg_ledger__charges one_currency_per_bill\]",
    ),
}


@pytest.fixture(scope="module")
def refused(copy_of_built, build, tmp_path_factory):
    """Build all of them at once; give settings, the version before, and the outcome."""
    settings = copy_of_built(tmp_path_factory.mktemp("refused"))
    before = current(settings)
    for damage, _, _ in BROKEN.values():
        damage(settings.exports_dir)
    return settings, before, build(settings)


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_export_is_refused_by_name_and_row(what, refused):
    _, said, check = BROKEN[what]
    _, _, outcome = refused

    assert not outcome.published
    [reason] = [reason for reason in outcome.reasons if re.match(said, reason)]
    assert re.search(check, reason)


def test_publishing_objects_with_the_sentences_of_the_build(refused):
    settings, _, outcome = refused
    *causes, last = objections(settings)

    assert [*outcome.reasons] == causes
    assert last.startswith("because of it these did not run: ")


def test_what_is_published_stays_when_a_build_is_refused(refused):
    settings, before, _ = refused

    assert current(settings) == before
    assert versions(settings) == [before]


def test_an_export_that_cannot_be_converted_is_refused_by_row(built, command):
    before = current(built)
    broken_account(built.exports_dir)

    refused = command("build", settings=built)

    assert refused.returncode == 1
    assert "aws 2026-10: aws/cur2/" in refused.stderr
    said = "row 1 of the delivery: bill_payer_account_id is empty"
    assert said in " ".join(refused.stderr.split())
    assert f"{before.name} stays current" in refused.stderr
    assert versions(built) == [before]
