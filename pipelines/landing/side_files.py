"""Files that lie beside bills and hold none: documents, leftovers, vendors' own files.

Belongs here: which they are, by name or by content. Does not belong here: what a bill
looks like, and what the user wants ignored (``candidates``).
"""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

# Notes and leftovers of tools; they are not even counted.
LEFTOVER_SUFFIXES = {".md", ".log", ".tmp", ".crc", ".part"}
LEFTOVER_NAMES = {"planted.csv", "_success", "thumbs.db", "desktop.ini"}
# They have no rows that a program could count: a printed invoice, a mail, a script.
DOCUMENTS = {
    ".pdf",
    ".html",
    ".htm",
    ".doc",
    ".docx",
    ".odt",
    ".rtf",
    ".ppt",
    ".pptx",
    ".odp",
    ".eml",
    ".msg",
    ".rst",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".webp",
    ".tif",
    ".tiff",
    ".bmp",
    ".heic",
    ".sql",
    ".yml",
    ".yaml",
    ".ini",
    ".cfg",
    ".conf",
    ".toml",
    ".sh",
    ".ps1",
    ".bat",
    ".py",
    ".ipynb",
    ".tf",
}
WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers"}
WORKBOOK = "a workbook; if it holds a bill, save the sheet with the rows as CSV"
# Suffixes that announce rows: such a file is never passed over in silence.
DATA = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zip", ".db"}
# What vendors and their tools write into a bucket of bills, in lower case:
# AWS's Athena, Redshift and QuickSight setup, its access test and its inventory;
# what Athena writes beside a result, and checksums; Azure's access test; Hive, Spark,
# Databricks and Delta; markers of folders.
_SIDE_FILES = re.compile(
    r"cost_and_usage_data_status(\..*)?"
    r"|aws-programmatic-access-test-object"
    r"|.*redshift(manifest|commands)(\.json|\.sql)?"
    r"|.*quicksight-?manifest\.json"
    r"|.*\.(checksum|md5|sha1|sha256|sha512|asc|sig)"
    r"|.*\.(csv|txt)\.metadata"
    r"|ms-test.*"
    r"|_last_checkpoint|_(common_)?metadata|_(committed|started)_.*"
    r"|.*_\$folder\$"
    r"|~\$.*"
)
_SIDE_FOLDERS = {"_delta_log", "_temporary", "_symlink_format_manifest", "__macosx"}
# Hidden folders and files of tools; no export lies in them.
TOOLS = {
    ".git",
    ".svn",
    ".hg",
    ".venv",
    ".ipynb_checkpoints",
    ".ds_store",
    ".trash",
    ".trashes",
    ".cache",
    ".idea",
    ".vscode",
    ".dvc",
    ".spotlight-v100",
    ".fseventsd",
    ".appledouble",
    ".temporaryitems",
    ".terraform",
    ".unitmill",
    ".unitmillignore",
    ".gitignore",
    ".gitattributes",
    ".gitkeep",
}
# A text is a table of two columns and two rows at least, and looked at so far.
_FEWEST_COLUMNS = _FEWEST_ROWS = 2
_LOOKED_AT = 20
# Oracle's usage reports stand beside its cost reports and repeat their quantities.
_OCI_USAGE = {"lineItem/referenceNo", "usage/billedQuantity"}
_OCI_COST = "cost/"


def is_leftover(name: str) -> bool:
    """Return whether a file is a note or a leftover of a tool."""
    return (
        name.lower() in LEFTOVER_NAMES
        or PurePosixPath(name).suffix.lower() in LEFTOVER_SUFFIXES
    )


def is_hidden(name: str) -> bool:
    """Return whether a folder or file is hidden."""
    return name.startswith(".")


def is_of_a_tool(name: str) -> bool:
    """Return whether a hidden folder or file is a tool's own, such as ``.git``."""
    plain = name.lower()
    return plain in TOOLS or plain.startswith((".trash-", "._", ".~lock."))


def is_document(name: str) -> bool:
    """Return whether a file is for people: it may lie here, and has no rows."""
    path = PurePosixPath(name)
    return path.suffix.lower() in DOCUMENTS or path.stem.upper() == "README"


def is_workbook(name: str) -> bool:
    """Return whether a file is a spreadsheet's own, by its name."""
    return PurePosixPath(name).suffix.lower() in WORKBOOKS


def is_side_file(below: str) -> bool:
    """Return whether a vendor or a tool writes such a file beside its exports."""
    *folders, name = PurePosixPath(below.lower()).parts
    return bool(_SIDE_FILES.fullmatch(name)) or bool(_SIDE_FOLDERS & {*folders})


def note_of(below: str) -> str | None:
    """Say what a file is that holds no rows, '' for plain words; None where it may."""
    name = below.rpartition("/")[2]
    if is_document(name) or is_side_file(below):
        return ""
    return WORKBOOK if is_workbook(name) else None


def is_data(name: str) -> bool:
    """Return whether a file's name says that it has rows."""
    return PurePosixPath(name).suffix.lower() in DATA


def is_side_table(columns: Iterable[str]) -> bool:
    """Return whether a table only repeats what another file of its vendor bills."""
    names = {*columns}
    has_cost = any(name.startswith(_OCI_COST) for name in names)
    return names >= _OCI_USAGE and not has_cost


def is_prose(name: str, columns: Sequence[str], head: str) -> bool:
    """Return whether a .txt is no table: its rows have no width in common.

    Args:
        name: of the file.
        columns: its header, if it is a table.
        head: its beginning, in the dialect that is read.
    """
    if PurePosixPath(name).suffix.lower() != ".txt":
        return False
    rows = [row for row in csv.reader(head.splitlines()[:_LOOKED_AT]) if any(row)]
    # No header ends as a sentence does.
    is_sentence = head.partition("\n")[0].rstrip()[-1:] in {".", ":", "!", "?"}
    return (
        len(rows) < _FEWEST_ROWS
        or len(columns) < _FEWEST_COLUMNS
        or is_sentence
        or any(len(row) != len(columns) for row in rows)
    )
