"""JSON, Parquet and flattened CSV say the same; what cannot be read is refused."""

import csv
import gzip
import io
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.sources.cost.gcp import SOURCE

PICKED = "BilledCost, cast(Tags as text), ServiceName, cast(ChargePeriodStart as text)"
SAID = [
    (
        Decimal("8.5"),
        '{"team":"it\'s","env":"prod"}',
        "Compute Engine",
        "2026-09-03 10:00:00",
    )
]
CREDITS = [
    {"name": "a", "type": "PROMOTION", "amount": "-1"},
    {"name": 'b "x"', "type": "DISCOUNT", "amount": "-0.5"},
]
LABELS = [{"key": "team", "value": "it's"}, {"key": "env", "value": "prod"}]


@pytest.fixture
def labelled(row):
    return row(credits=CREDITS, labels=LABELS)


def flat(row, **cells):
    found = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": said for inner, said in value.items()}
        else:
            found[name] = value
    found |= cells
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, found)
    writer.writeheader()
    writer.writerow(found)
    return buffer.getvalue()


def parquet(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


@pytest.mark.parametrize(
    "name", ["rows.json", "rows.jsonl", "rows.json.gz", "rows-000"]
)
def test_json_lines(name, put, labelled, jsonl, convert):
    text = jsonl(labelled).encode()
    put(name, gzip.compress(text) if name.endswith("gz") else text)

    assert convert(SOURCE, "2026-09", PICKED) == SAID


def test_a_json_array_is_read_too(put, labelled, jsonl, convert):
    put("rows.json", f"[{jsonl(labelled)}]")

    assert convert(SOURCE, "2026-09", PICKED) == SAID


def test_parquet_with_nesting_and_numeric(settings, labelled, convert):
    labelled["cost"] = Decimal("10.000000000")
    parquet(settings.exports_dir / "a.parquet", pa.Table.from_pylist([labelled]))

    assert convert(SOURCE, "2026-09", PICKED) == SAID


def test_parquet_whose_lists_are_wrapped(settings, labelled, convert):
    for name in ("credits", "labels"):
        labelled[name] = {"list": [{"element": item} for item in labelled[name]]}
    parquet(settings.exports_dir / "a.parquet", pa.Table.from_pylist([labelled]))

    assert convert(SOURCE, "2026-09", PICKED) == SAID


def test_parquet_with_the_types_of_bigquery(settings, row, convert):
    typed = row(cost=0.1, credits=[{"type": "PROMOTION", "amount": -0.3}])
    for name in ("usage_start_time", "usage_end_time", "export_time"):
        typed[name] = datetime.fromisoformat(
            typed[name].removesuffix(" UTC") + "+00:00"
        )
    typed["usage"] |= {"amount": 3600.0, "amount_in_pricing_units": 1.0}
    typed["cost_at_list"] = Decimal("0.123456789")
    parquet(settings.exports_dir / "a.parquet", pa.Table.from_pylist([typed]))

    rows = convert(
        SOURCE,
        "2026-09",
        "BilledCost, ListCost, ConsumedQuantity, cast(ChargePeriodStart as text), Tags",
    )

    listed = Decimal("0.123456789")
    assert rows == [(Decimal("-0.2"), listed, 3600, "2026-09-03 10:00:00", None)]


def test_parquet_from_duckdb(settings, put, labelled, jsonl, convert):
    plain = put("rows.json", jsonl(labelled))
    with duckdb.connect() as db:
        db.execute(f"copy '{plain}' to '{settings.exports_dir}/b.parquet'")
    plain.unlink()

    assert convert(SOURCE, "2026-09", PICKED) == SAID


@pytest.mark.parametrize(
    "cell",
    [
        repr(CREDITS),
        repr([c | {"amount": float(c["amount"])} for c in CREDITS]),
        repr([c | {"amount": Decimal(c["amount"])} for c in CREDITS]),
        '[{"type": "PROMOTION", "amount": -1.5, "id": null}]',
    ],
    ids=["texts", "floats", "decimals", "json"],
)
def test_a_flattened_csv_has_lists_in_cells(cell, put, labelled, convert):
    put("rows.csv", flat(labelled, credits=cell))

    assert convert(SOURCE, "2026-09", PICKED) == SAID


def test_a_flattened_csv_may_have_underscores_and_a_dict_of_labels(
    put, labelled, convert
):
    text = flat(
        labelled, credits=repr(CREDITS), labels="{'team': \"it's\", 'env': 'prod'}"
    )
    header, _, rest = text.partition("\n")
    put("rows.csv", header.replace(".", "_") + "\n" + rest)

    assert convert(SOURCE, "2026-09", PICKED) == SAID


@pytest.mark.parametrize("cell", ["", "[]", "None", "nan"])
def test_a_csv_cell_without_credits_is_no_credit(cell, put, row, convert):
    put("rows.csv", flat(row(), credits=cell, labels=cell, tags=cell))

    assert convert(SOURCE, "2026-09", "BilledCost, Tags") == [(Decimal(10), None)]


STRING = ["null", "string"]
NUMERIC = {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 9}
TIME = {"type": "long", "logicalType": "timestamp-micros"}


def avro_type(value, name):
    """Give the type that BigQuery's own export has for a value."""
    if isinstance(value, dict):
        return avro_record(value, name)
    if isinstance(value, list):
        return {"type": "array", "items": avro_record(value[0], name)}
    if isinstance(value, datetime):
        return ["null", TIME]
    return ["null", NUMERIC] if isinstance(value, Decimal) else STRING


def avro_record(value, name):
    fields = [
        {"name": key, "type": avro_type(each, f"{name}_{key}")}
        for key, each in value.items()
    ]
    return {"type": "record", "name": name, "fields": fields}


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_avro_as_bigquery_exports_it(codec, settings, put, labelled, convert):
    row = labelled | {
        "cost": Decimal(labelled["cost"]),
        "usage": {name: str(said) for name, said in labelled["usage"].items()},
        "usage_start_time": datetime(2026, 9, 3, 10, tzinfo=UTC),
        "usage_end_time": datetime(2026, 9, 3, 11, tzinfo=UTC),
        "project": {"id": "p-1", "number": "11", "name": "P One"},
    }
    row = {name: value for name, value in row.items() if value != []}
    written = io.BytesIO()
    fastavro.writer(written, avro_record(row, "Root"), [row], codec=codec)
    put("rows.avro", written.getvalue())

    assert convert(SOURCE, "2026-09", PICKED) == SAID


@pytest.mark.parametrize("cut", [40, -20])
def test_a_broken_avro_file_is_refused_by_name(cut, put, settings, labelled):
    keys = '"billing_account_id" "service" "usage_start_time" "credits"'
    whole = b"Obj\x01\x04\x14avro.schema" + keys.encode() + b"\x00\x01" * 40
    put("gcp/rows.avro", whole[:cut] + keys.encode())

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "gcp/rows.avro" in refusal.reason


def test_a_file_without_a_column_that_is_needed_is_refused(put, row, settings):
    without = {name: value for name, value in row().items() if name != "currency"}
    put("rows.csv", flat(without, credits=""))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "rows.csv: a billing export without currency" in refusal.reason


@pytest.mark.parametrize("month", [None, "Sept", "202613"])
def test_a_row_without_an_invoice_month_is_refused(month, put, jsonl, row, settings):
    put("rows.json", jsonl(row(), row(invoice={"month": month})))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "rows.json, row 2: invoice.month is" in refusal.reason


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"cost": "twelve"}, "row 2: cost is 'twelve', expected a number"),
        ({"cost": None}, "row 2: cost is empty, expected a number"),
        ({"cost_at_list": "nan"}, "row 2: cost_at_list is 'nan', expected a number"),
        ({"credits": "none"}, "row 2: credits is 'none', expected a list"),
        (
            {"credits": [{"amount": "-x"}]},
            "row 2: credits.amount is '-x', expected a number",
        ),
        (
            {"credits": [{"name": "n"}]},
            "row 2: credits.amount is empty, expected a number",
        ),
        (
            {"usage_end_time": "soon"},
            "row 2: usage_end_time is 'soon', expected a time",
        ),
        ({"currency": "dollars"}, "row 2: currency is 'dollars', expected a currency"),
        ({"service": "Compute"}, "row 2: service.description is empty"),
        ({"usage": {"amount": "x"}}, "row 2: usage.amount is 'x', expected a number"),
    ],
)
def test_a_bad_value_stops_by_file_row_and_column(
    fields, complaint, put_rows, row, stopped
):
    put_rows(row(), row(**fields))

    with pytest.raises(ExportError) as stop:
        stopped()

    assert f"gcp/rows.json, {complaint}" in str(stop.value)


def test_a_csv_cell_that_is_no_list_stops_by_file_row_and_column(put, row, stopped):
    put("rows.csv", flat(row(), credits="[{'amount': -1"))

    with pytest.raises(ExportError, match=r"rows.csv, row 1: credits is '\[\{'amount'"):
        stopped()


def test_a_cut_off_file_is_refused_by_name(put, row, jsonl, settings):
    put("rows.json", jsonl(row(), row())[:-40])

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "rows.json: unreadable" in refusal.reason


def test_other_files_are_nobodys(put, settings):
    put("a.csv", "BilledCost,BillingAccountId,ServiceName\n1,2,3\n")
    put("b.json", '{"billing_account_id": "x", "service": "y"}')

    assert [r.source for r in scan(settings, [SOURCE]).refusals] == ["", ""]
