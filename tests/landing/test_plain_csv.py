"""A CSV of any dialect becomes the one that is read, or is refused by its row."""

import gzip

import pytest

from pipelines.landing.candidates import sniff
from pipelines.landing.plain_csv import LONGEST_ROW, first_fault, plain
from pipelines.landing.source import ExportError

PLAIN = "day,note,cost\n2026-08-01,Zürich,1.5\n2026-08-02,,20\n"
COST = (2,)


@pytest.fixture
def read(tmp_path):
    """Give what is read of a file: the file itself where it is plain already."""

    def content(written, numbers=COST):
        path = tmp_path / "bill.csv"
        path.write_bytes(written if isinstance(written, bytes) else written.encode())
        made = plain(sniff(path, tmp_path), numbers)
        assert made.name == "bill.csv"
        return "as it lies" if made.path == path else made.path.read_text("utf-8")

    return content


def test_a_plain_file_is_read_as_it_lies(read):
    assert read(PLAIN) == "as it lies"
    assert read(PLAIN.replace("\n", "\r\n")) == "as it lies"
    assert read(PLAIN.replace("\n", "\r")) == "as it lies"
    assert read(PLAIN.encode("utf-8-sig")) == "as it lies"
    assert read(gzip.compress(PLAIN.encode())) == "as it lies"
    assert read(PLAIN.replace("day", "\u00a0day \t")) == "as it lies"


SEMICOLONS = PLAIN.replace(",", ";").replace("1.5", "1,5")


@pytest.mark.parametrize(
    "written",
    [
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.replace("Z", "ZZ").encode("utf-16-le").replace(b"Z\x00Z\x00", b"Z\x00"),
        PLAIN.encode("utf-32"),
        PLAIN.encode("cp1252"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        SEMICOLONS,
        "sep=;\r\n" + SEMICOLONS.replace("\n", "\r\n"),
        '\ufeff"sep=;"\n' + SEMICOLONS,
        gzip.compress(SEMICOLONS.encode("utf-16")),
        "\n\r\n" + PLAIN,
        PLAIN + "\n,,\n\n",
        PLAIN + ",,",
        PLAIN.replace("\n", "\r\n", 1),
        PLAIN.replace("cost\n", "cost,\n"),
        PLAIN.replace("\n", ";;\n").replace(",", ";"),
    ],
    ids=[
        "UTF-16 LE", "UTF-16 BE", "UTF-16 without a mark", "UTF-32", "Windows-1252",
        "semicolons", "tabs", "pipes", "decimal commas", "sep=;", "quoted sep=;",
        "gzip, UTF-16, semicolons", "blank lines first", "blank lines last",
        "a blank row without an end", "two kinds of line ends",
        "a name too few", "trailing delimiters",
    ],
)  # fmt: skip
def test_every_dialect_says_the_same(written, read):
    got = read(written)

    # Columns without a name keep their place behind the others.
    lines = [line.rstrip(",") for line in got.splitlines()]
    assert lines == ["day,note,cost", "2026-08-01,Zürich,1.5", "2026-08-02,,20"]


def test_a_title_above_the_header_is_passed_over(read):
    title = "Usage report\nMonth,2026-08\n\n"

    assert read(title + "a,b,c,d\n1,2,3,4\n") == "a,b,c,d\n1,2,3,4\n"


def test_a_quote_that_first_comes_late_is_one(read):
    late = "a;b;c\n" + "1;2;3\n" * 30_000 + '4;"x; ""y""\nz";5\n'

    assert read(late).endswith('4,"x; ""y""\nz",5\n')


def test_a_letter_of_windows_that_first_comes_late_is_read(read):
    late = ("a,b,c\n" + "1,2,3\n" * 30_000 + "4,Zürich,5\n").encode("cp1252")

    assert read(late).endswith("4,Zürich,5\n")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a;b;c\n1;2;3\n4;5\n", "row 2: has 2 cells, expected 3 as the header has"),
        ("a;b;c\n1;2;3;4\n", "row 1: has 4 cells, expected 3"),
        ('a;b;c\n1;2;"3\n', "row 1: has a quote that is never closed"),
        ('a;b;c\n1;"2"x;3\n', "row 1: has text behind a closing quote"),
        (
            "a,b,c\n1,2,3\n4,5," + "x" * LONGEST_ROW,
            f"row 2: is longer than {LONGEST_ROW} characters",
        ),
        ("a,b,c\n1,東京の会社,3\n".encode("shift-jis"), "neither UTF-8 nor Windows"),
        ("a,b,c\n1,Москва,3\n".encode("cp1251"), "neither UTF-8 nor Windows-1252"),
        ("a,b,a\n1,2,3\n", "its header has the column a twice"),
        ('{"a": 1}'.encode("utf-16"), "JSON in utf-16-le; save it as UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(written, said, read):
    with pytest.raises(ExportError, match=r"bill\.csv") as refused:
        read(written)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_a_last_row_of_33_megabytes_is_not_left_out(read):
    """DuckDB 2.0 reads two rows of these three, and says nothing."""
    with pytest.raises(ExportError, match="row 2: is longer than"):
        read("a,b,c\n1,2,3\n4,5," + "x" * 33 * 2**20 + "\n")


def test_a_row_of_an_unreadable_csv_is_found(tmp_path):
    path = tmp_path / "bill.csv"
    path.write_text('a,b\n1,"two\nlines"\n3\n')

    # Two records, of which the first has two lines: the second has one cell.
    assert first_fault(path).startswith(", row 2: has 1 cells, expected 2")
