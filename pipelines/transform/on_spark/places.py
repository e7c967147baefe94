"""Where the tables that Spark makes lie: folders that both engines see.

``made/<layer>/<table>/`` has a folder for each month, or one for all rows, named by
what it was made of; ``handed/`` has what DuckDB made.
"""

import hashlib
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from pipelines.publishing.forgetting import MADE_ON_SPARK
from pipelines.transform.graph import Node


class Places:
    """The work folder of one home."""

    def __init__(self, work: Path) -> None:
        """Begin; nothing is made."""
        self._made, self._handed = (work / name for name in MADE_ON_SPARK)

    def folder(self, node: Node, month: str, made_of: str) -> Path:
        """Give the folder of a month of a node, of all its rows with the month ''."""
        name = "-".join(filter(None, (month, short(made_of))))
        return self._made / node.layer / node.table / name

    def step(self, node: Node, name: str) -> Path:
        """Give the folder of a step of a node, which no later run needs."""
        return self._made / node.layer / f".{node.table}" / name

    def files(self, node: Node, made: Mapping[str, str]) -> list[Path]:
        """List the files of a node that were made of this, by month."""
        return [
            path
            for month, made_of in sorted(made.items())
            for path in sorted(self.folder(node, month, made_of).glob("*.parquet"))
        ]

    def is_there(self, node: Node, made: Mapping[str, str]) -> bool:
        """Return whether all that was made of a node lies there."""
        return all(self.folder(node, *one).is_dir() for one in made.items())

    def handed(self, name: str, content: str) -> Path:
        """Give the file of a relation that DuckDB made, of this content."""
        return self._handed / f"{name}-{short(content)}.parquet"

    def sweep(self, made: Collection[Path], handed: Collection[Path]) -> None:
        """Remove what is neither among the folders nor among the files.

        Names with a dot are of a run that was killed.
        """
        for folder in (*self._made.glob("*/.*"), *self._made.glob("*/*/*")):
            if folder not in made:
                shutil.rmtree(folder, ignore_errors=True)
        for path in self._handed.glob("*"):
            if path not in handed:
                path.unlink()


def short(text: str) -> str:
    """Give 16 digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
