"""What reaches a terminal: text that can do nothing but be read.

Belongs here: which characters are shown by their number, and the console that every
command writes to. Does not belong here: layout (``tables``), how a value is written
(``cells``).

Names, tags and descriptions were written by others. On a terminal an escape sequence
may clear the screen, a control for right-to-left text may turn a sentence around, and
for Rich square brackets are markup. Here they are shown, and do nothing.
"""

import re
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

# Controls of ASCII but tab and newline, of Latin-1, of bidirectional text, of lines and
# of tags, and halves of characters, which no encoding can write.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Write each control character by its number: ``\x1b``, ``\u202e``."""
    return HIDDEN.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFF:  # noqa: PLR2004 - the last one that two digits can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


class Screen(Console):
    """A console on which a text is text: styled pieces are ``Text.assemble``."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of Console
        """Begin without markup."""
        super().__init__(**{"markup": False, "highlight": False} | options)

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401
        """Print what can be seen of texts; tables bring cells that were seen to."""
        super().print(*map(_seen, objects), **options)


class Shown:
    """A stream to a terminal, for rows that are written as CSV or JSON."""

    def __init__(self, stream: TextIO) -> None:
        """Write to this stream."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be seen of a text."""
        return self._stream.write(visible(text))


def _seen(shown: object) -> object:
    """Give what can be seen; a styled text that hides something loses its styles."""
    if isinstance(shown, str):
        return visible(shown)
    if isinstance(shown, Text) and HIDDEN.search(shown.plain):
        return Text(visible(shown.plain))
    return shown


def say_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print the traceback of an error that nobody expected."""
    sys.stderr.write(visible("".join(traceback.format_exception(kind, error, trace))))
