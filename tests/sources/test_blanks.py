"""A cell that is trimmed only where it may have blanks says what trimming says."""

import duckdb
import pytest

from pipelines.sources.formats.blanks import without_blanks

CELLS = (
    None,
    "",
    " ",
    "a",
    " a",
    "a ",
    "a b",
    "\ta",
    "a\t",
    "\u00a0a\u00a0",
    "é ",
    "é",
)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_says_what_is_left_of_it_without_blanks(cell):
    with duckdb.connect() as db:
        found = db.execute(
            f"select {without_blanks('cell')}, nullif(trim(cell), '') "
            "from (select cast($1 as varchar) as cell)",
            [cell],
        ).fetchone()
    assert found[0] == found[1]
