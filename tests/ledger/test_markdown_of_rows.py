"""What a preview shows of values is what they say, whatever Markdown makes of it."""

from decimal import Decimal

import pytest

from pipelines.ledger.summary import markdown, plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a|b", r"a\|b"),
        ("two\nlines\r\nmore", "two lines more"),
        ("![x](http://evil.example/p.png)", r"\!\[x\](http\://evil.example/p.png)"),
        ("<img src=x onerror=y>", r"\<img src=x onerror=y\>"),
        ("`code`", r"\`code\`"),
        ("www.evil.example", r"www\.evil.example"),
        ("a@evil.example", r"a\@evil.example"),
        ("*bold* _it_ ~~no~~ &lt;", r"\*bold\* \_it\_ \~\~no\~\~ \&lt;"),
        ("\\", "\\\\"),
        ("\x1b[2J\u202e", r"U+001B\[2JU+202E"),
        ("fct_charges_daily 10:30 a-b", "fct_charges_daily 10:30 a-b"),
    ],
)
def test_a_value_is_text(value, shown):
    assert plain(value) == shown


def test_a_table_has_as_many_cells_as_it_has_columns():
    table = markdown(["a|b", "cost"], [("x | y\nz", Decimal("12.500")), (None, 0)])

    assert table.splitlines() == [
        r"| a\|b | cost |",
        "| --- | --- |",
        r"| x \| y z | 12.5 |",
        "|  | 0 |",
    ]
