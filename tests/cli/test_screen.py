"""Text of others is shown on a terminal, and does nothing there."""

import io

import pytest
from rich.text import Text

from pipelines.cli.cells import cell
from pipelines.cli.screen import Screen, Shown, visible
from pipelines.cli.tables import Room, print_result, print_table


def screen(**options):
    return Screen(file=io.StringIO(), width=100, force_terminal=True, **options)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("over\rwritten", r"over\x0dwritten"),
        ("\U000e0041", r"\U000e0041"),
        ("\udc80", r"\udc80"),
        ("Größe 10 €, 東京 🎉\tx\ny", "Größe 10 €, 東京 🎉\tx\ny"),
    ],
)
def test_controls_are_shown_by_their_number_and_letters_as_they_are(text, shown):
    assert visible(text) == shown


def test_brackets_are_no_markup_and_escapes_do_nothing_wherever_they_stand():
    value = "[prod] [/] [bold]api[/bold]\x1b[2J"
    console = screen(color_system=None)

    console.print(value)
    console.print(Text.assemble(("red: ", "red"), value))
    print_table(console, [value], [(value,)], value)
    print_result(console, [value], [(value,)], Room(20, can_cut=False))
    print_result(console, ["a"], [({value: [value]},)], Room(None, can_cut=False))

    said = console.file.getvalue()
    assert "\x1b[2J" not in said
    # Twice as sentences, thrice in a table, twice as a block, twice in a collection.
    assert said.count(r"[prod] [/] [bold]api[/bold]\x1b[2J") == 9


def test_a_line_of_a_value_cannot_look_like_a_row_of_ours():
    console = screen(color_system=None)

    print_result(
        console,
        ["team"],
        [("a\n-- row 2 --",)],
        Room(None, can_cut=False),
        is_vertical=True,
    )

    assert "\n-- row 2" not in console.file.getvalue()


def test_rows_written_to_a_terminal_are_seen_too():
    out = io.StringIO()
    Shown(out).write("a,\x1b[2J\n")

    assert out.getvalue() == "a,\\x1b[2J\n"
    assert cell("\x1b") == r"\x1b"
