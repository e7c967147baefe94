"""Cells of a CSV that somebody else opens in a spreadsheet.

A spreadsheet runs a text that begins like a formula, and a formula can send the other
cells to an address. Names and tags of a bill were written by others.
"""

import re

# As spreadsheets take them, in full width too; a tab or line break may stand before.
FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def harmless(value: object) -> object:
    """Give a cell that stays text: a formula gets an apostrophe, a number none."""
    if not isinstance(value, str) or not FORMULA.match(value):
        return value
    return value if NUMBER.fullmatch(value) else f"'{value}"
