"""What engines say of a file reaches nobody: one sentence of ours stands for it."""

import json
import zlib
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.faults import sentence_of
from pipelines.landing.source import ExportError

ENGINE = (
    "Error:", "LINE", "strict_mode", "null_padding", "ignore_errors", "Possible",
    "duckdb", "Original Line", "\n", "Traceback", "yyjson", "zlib",
)  # fmt: skip


@pytest.fixture
def said(tmp_path):
    """Run a query that fails; give our sentence for it."""

    def of(query):
        with duckdb.connect() as db, pytest.raises(duckdb.Error) as failed:
            db.execute(query.format(folder=tmp_path)).fetchall()
        sentence = sentence_of(failed.value, {tmp_path / "x.csv": "bills/x.csv"})
        assert [word for word in ENGINE if word in sentence] == []
        assert len(sentence) < 200
        return sentence

    return of


CSV = (
    "from read_csv('{folder}/x.csv', auto_detect = false, header = true, "
    "columns = {{'a': 'VARCHAR', 'b': 'VARCHAR'}}, delim = ',', quote = '\"', "
    "escape = '\"')"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n3\n", "bills/x.csv, row 2: has 1 cells, expected 2"),
        (b"a,b\n1,2\n3,4,5\n", "bills/x.csv, row 2: has 3 cells, expected 2"),
        (b'a,b\n1,"2\n', "bills/x.csv, row 1: has a quote that is never closed"),
        (b'a,b\n1,"2"x\n', "bills/x.csv, row 1: has text behind a closing quote"),
        (b'a,b\n"1\n2",3\n4\n', "bills/x.csv, row 2: has 1 cells"),
        (b"a,b\n1," + b"x" * 3_000_000, "bills/x.csv, row 1: is longer than"),
    ],
)
def test_a_row_of_a_csv_is_named_by_its_number(content, expected, tmp_path, said):
    (tmp_path / "x.csv").write_bytes(content)

    assert said(CSV).startswith(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select cast('1,5' as decimal(10, 2))", "'1,5' is not a number"),
        ("select cast('x' as double)", "'x' is not a number"),
        ("select cast('9' || repeat('9', 50) as decimal(38, 2))", "is not a number"),
        ("select cast('soon' as timestamp)", "'soon' is not a time"),
        ("select cast('2026-13-01' as date)", "'2026-13-01' is not a date"),
        ("select cast('1.5x' as integer)", "'1.5x' is not a whole number"),
        ("select cast('maybe' as boolean)", "'maybe' is not true or false"),
        ("select cast('a=b' as json)", "is not a JSON object"),
        ("select strptime('31/31/26', '%d/%m/%y')", "'31/31/26' is not a time"),
        ("from read_csv('{folder}/gone.csv')", "gone.csv is gone"),
        ("from read_parquet('{folder}/gone.parquet')", "gone.parquet is gone"),
        ("select nothing from (select 1 as a)", "no column nothing"),
    ],
)
def test_a_value_is_named_and_what_was_expected(query, expected, said):
    assert expected in said(query)


def test_a_cell_that_a_source_refuses_comes_as_it_is(said):
    refusal = "a.csv, row 3: cost is ''1,5'', expected a number"

    assert said(f"select error('{refusal}')") == refusal.replace("''", "'")


def test_damaged_parquet_is_damaged_parquet(tmp_path, said):
    pq.write_table(pa.table({"a": range(5000)}), tmp_path / "x.parquet")
    content = (tmp_path / "x.parquet").read_bytes()
    (tmp_path / "x.parquet").write_bytes(content[:100] + b"\xff" * 900 + content[1000:])

    assert "Parquet data is damaged" in said("select sum(a) from '{folder}/x.parquet'")


def test_damaged_json_is_damaged_json(tmp_path, said):
    (tmp_path / "x.json").write_text('{"a": 1}\n{"a": \n')

    assert "JSON is damaged" in said(
        "from read_json('{folder}/x.json', columns = {{'a': 'VARCHAR'}}, "
        "format = 'newline_delimited')"
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ExportError("aws: x.csv: says it itself"), "aws: x.csv: says it itself"),
        (zlib.error("Error -3 while decompressing data"), "gzip data is damaged"),
        (EOFError("Compressed file ended"), "gzip data is damaged or cut off"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (pa.ArrowInvalid("Couldn't deserialize thrift"), "Parquet data is damaged"),
        (json.JSONDecodeError("Expecting value", "", 0), "JSON is damaged"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "not UTF-8"),
        (RecursionError("maximum recursion depth exceeded"), "JSON is damaged"),
        (RuntimeError("File 'a' is encrypted, password required"), "encrypted zip"),
        (ValueError("something of a library"), "expected the file as its vendor"),
    ],
)
def test_other_engines_too(error, expected):
    assert expected in sentence_of(error, {Path("x"): "x"})
