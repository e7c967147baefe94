"""What a cell of text says: without the blanks around it, NULL where nothing is left.

Nearly no cell has blanks, and to trim one costs several times what reading it does.
"""


def may_have_blanks(cell: str) -> str:
    """Give the condition of a text that trimming may change, or that is empty.

    It is true of what begins or ends with a blank, and of every text with letters
    beyond ASCII, among which are blanks, too.

    Args:
        cell: SQL of a text that costs nothing to repeat, such as a column.
    """
    return f"{cell} < '!' or ends_with({cell}, ' ') or strlen({cell}) <> length({cell})"


def without_blanks(cell: str) -> str:
    """Give the SQL of what a cell says; see ``may_have_blanks`` for the argument."""
    return (
        f"case when {may_have_blanks(cell)} then nullif(trim({cell}), '') "
        f"else {cell} end"
    )
