"""What a result looks like in the room that there is."""

import io
from decimal import Decimal

import duckdb
import pytest
from rich.console import Console

from pipelines.cli.answers import Answer, show
from pipelines.cli.tables import Room, print_grid, print_result, print_table

NAMES = ["source_name", "team_name", "currency", "effective_cost", "charge_date"]
ROWS = [
    ("openai", "search", "USD", Decimal("1234.5"), "2026-10-01"),
    ("openai", "marketing", "USD", Decimal("0.000169"), "2026-10-02"),
    ("openai", "support", "USD", Decimal(0), "2026-10-03"),
    ("openai", "stores", "USD", None, "2026-10-04"),
]


@pytest.fixture
def database():
    with duckdb.connect() as db:
        yield db


def console_of(width, *, is_terminal=True):
    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=is_terminal,
        color_system=None,
    )


def shown(rows, room, width=80, **options):
    console = console_of(width, is_terminal=False)
    print_result(console, NAMES, rows, room, **options)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_result_that_fits_is_a_table_with_numbers_to_the_right():
    lines = shown(ROWS, Room(80, can_cut=True))

    assert lines[1:5] == [
        " source_name   team_name   currency   effective_cost   charge_date",
        " ─────────────────────────────────────────────────────────────────",
        " openai        search      USD              1,234.50   2026-10-01",
        " openai        marketing   USD              0.000169   2026-10-02",
    ]


def test_too_many_columns_are_left_out_the_unchanging_first_and_their_number_said():
    lines = shown(ROWS, Room(64, can_cut=True), width=64)

    assert lines[1].split() == [
        "source_name",
        "team_name",
        "effective_cost",
        "charge_date",
    ]
    assert lines[-1] == (
        "5 columns, 4 shown; --all-columns or --vertical shows the rest"
    )


def test_a_narrow_terminal_shows_what_tells_the_rows_apart_and_a_number_of_them():
    names = ["source", "account", "a_cost", "b_cost", "c_cost", "d_cost", "charge_date"]
    rows = [
        ("openai", name, 1.5, 1.5, 1.5, 2.0 + day, f"2026-10-0{day}")
        for day, name in enumerate(("search", "support", "stores", "media"), start=1)
    ]
    narrow = console_of(36)

    print_result(narrow, names, rows, Room(36, can_cut=True))

    assert narrow.file.getvalue().splitlines()[1].split() == [
        "account",
        "d_cost",
        "charge_date",
    ]


def test_few_rows_that_are_too_wide_are_blocks_of_one_line_a_column():
    lines = shown(ROWS[:1], Room(45, can_cut=True), width=45)

    assert lines == [
        "-- row 1 --",
        "source_name     openai",
        "team_name       search",
        "currency        USD",
        "effective_cost  1,234.50",
        "charge_date     2026-10-01",
    ]


def test_where_nothing_may_be_cut_a_table_is_as_wide_as_it_must_be():
    long = [("a" * 300, "b", "c", 1, "d")] * 5

    lines = shown(long, Room(None, can_cut=False))

    assert lines[3].split() == ["a" * 300, "b", "c", "1", "d"]
    assert "…" not in "".join(lines)


def test_a_pipe_of_a_known_width_gets_blocks_where_a_table_is_too_wide():
    lines = shown(ROWS, Room(45, can_cut=False), width=45)

    assert lines.count("team_name       search") == 1
    assert [line for line in lines if line.startswith("--")] == [
        f"-- row {number} --" for number in (1, 2, 3, 4)
    ]


def test_blocks_can_be_asked_for():
    assert shown(ROWS, Room(80, can_cut=True), is_vertical=True)[0] == "-- row 1 --"


def test_square_brackets_of_a_value_are_text_and_no_markup():
    console = console_of(40)

    print_result(console, ["tag"], [("[bold]x[/bold]",)], Room(40, can_cut=True))

    assert "[bold]x[/bold]" in console.file.getvalue()


@pytest.mark.parametrize(
    ("is_terminal", "limit", "row_count", "said"),
    [
        (True, 20, 20, ["20 of 1,234 rows; --limit 0 shows all"]),
        (True, 0, 1234, []),
        (False, 20, 1234, []),
    ],
)
def test_only_a_terminal_shows_a_part_of_the_rows_and_says_so(
    is_terminal, limit, row_count, said, database
):
    console = console_of(80, is_terminal=is_terminal)
    answer = Answer(database, "select 'row' as word from range(1234)")

    show(console, answer, limit=limit, all_columns=False, is_vertical=False)

    text = console.file.getvalue()
    assert text.split().count("row") == row_count
    assert [line for line in text.splitlines() if "rows;" in line] == said


def test_a_table_of_a_build_is_whole_in_a_pipe_and_shorter_on_a_narrow_terminal():
    names, rows = ["source", "file"], [("storage_access", "folder/" * 12)]
    narrow, pipe = console_of(64), console_of(64, is_terminal=False)

    print_table(narrow, names, rows, "Files")
    print_table(pipe, names, rows, "Files")

    assert "storage_access   " + ("folder/" * 12)[:39] + "…" in narrow.file.getvalue()
    assert "storage_access   " + "folder/" * 12 in pipe.file.getvalue()


def test_a_verdict_is_shown_however_narrow_the_terminal():
    narrow = console_of(30)
    names = ["month", "source", "invoice", "verdict"]
    rows = [
        ("2026-09", "openai", 15791.07, "proven"),
        ("2026-10", "aws", 1.5, "proven"),
    ]

    print_table(narrow, names, rows)

    lines = narrow.file.getvalue().splitlines()
    assert lines[3].split() == ["2026-09", "proven"]
    assert lines[-1] == (
        "4 columns, 2 shown; a wider terminal or a pipe shows the rest"
    )


def test_the_last_column_of_a_grid_wraps_on_a_terminal_and_nowhere_else():
    rows = [("a", "1", "word " * 30), ("bb", "22", "end")]
    narrow, pipe = console_of(40), console_of(40, is_terminal=False)

    print_grid(narrow, rows, right={1})
    print_grid(pipe, rows, right={1})

    assert len(narrow.file.getvalue().splitlines()) > 2
    assert [line.rstrip() for line in pipe.file.getvalue().splitlines()] == [
        "a    1  " + ("word " * 30).rstrip(),
        "bb  22  end",
    ]
