"""Patterns: regular expressions, LIKE and GLOB.

DuckDB's are RE2, Spark's are Java's. Only what both read in the same way is
translated, and only patterns that are written out; one of LIKE or GLOB may come from a
column.
"""

import re
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build
from pipelines.spark.dialect.build import Rules, bound, call, text
from pipelines.spark.dialect.errors import DialectError

# One piece of a pattern that RE2 and Java read alike, but for `$` (see _in_java).
_PIECE: Final = re.compile(
    r"""
    \\[dw.^$*+?()\[\]{}|\\/-]      # a digit, a word's character, or a sign itself
    | \[\^?(?:[^\[\]\\&^]|\\[\\\]-])+\]   # one of some characters
    | \((?!\?) | \(\?:            # a group
    | \) | \|
    | [*+?] | \{\d+(?:,\d*)?\}     # how often
    | [.^$]
    | [^\\()\[\]{}*+?|.^$]         # a character itself
    """,
    re.VERBOSE,
)
# A line ends with \n alone, as in RE2.
_LINES: Final = "(?d)"


def _in_java(node: exp.Expr, pattern: exp.Expr) -> str:
    """Check that a pattern is one for both; `$` is the very end of the text in RE2."""
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        raise DialectError(f"the pattern of {node.sql('duckdb')[:80]} is computed")
    pieces, at = [], 0
    while at < len(pattern.name):
        found = _PIECE.match(pattern.name, at)
        if found is None:
            raise DialectError(
                f"no rule for {pattern.name[at:]!r} in the pattern {pattern.name!r}"
            )
        pieces.append(r"\z" if found[0] == "$" else found[0])
        at = found.end()
    return "".join(pieces)


def _matches(node: exp.Expr) -> exp.Expr:
    if node.args.get("flag"):
        raise DialectError("no rule for regexp_matches with options")
    pattern = text(_LINES + _in_java(node, node.expression))
    return call("regexp_like", node.this, pattern)


def _extracted(node: exp.Expr) -> exp.Expr:
    """Give what a pattern finds first: all of it, a group, or named groups; else ''."""
    pattern = text(_LINES + _in_java(node, node.expression))
    group = node.args.get("group")
    if isinstance(group, (exp.Array, exp.Anonymous)):
        names = group.expressions

        def fields(value: exp.Expr) -> exp.Expr:
            found: list[exp.Expr] = []
            for n, name in enumerate(names, start=1):
                number = build.number(n)
                part = call("regexp_extract", value.copy(), pattern.copy(), number)
                found += [name.copy(), part]
            return call("named_struct", *found)

        return bound(node.this, fields)
    if group is not None and not isinstance(group, exp.Literal):
        raise DialectError(f"no rule for the group of {node.sql('duckdb')[:80]}")
    return call("regexp_extract", node.this, pattern, group or build.number(0))


def _replaced(node: exp.Expr) -> exp.Expr:
    """Replace what a pattern finds: with 'g' all of it, else the first.

    Spark replaces all; so for the first alone, what comes before it is found, too.
    """
    pattern = _in_java(node, node.expression)
    with_ = node.args["replacement"]
    options = node.args.get("modifiers")
    if not isinstance(with_, exp.Literal):
        raise DialectError(f"the replacement of {node.sql('duckdb')[:80]} is computed")
    if options is not None and options.name != "g":
        raise DialectError(f"no rule for regexp_replace with {options.name!r}")
    if options is not None and re.search(node.expression.name, ""):
        raise DialectError(f"the pattern {node.expression.name!r} also finds nothing")
    if options is not None or (pattern.startswith("^") and not _has_choice(pattern)):
        whole, shift = _LINES + pattern, 0
    else:
        whole, shift = rf"{_LINES}^((?s:.*?))(?:{pattern})", 1
    return call(
        "regexp_replace", node.this, text(whole), text(_groups(with_.name, shift))
    )


def _has_choice(pattern: str) -> bool:
    """Return whether a pattern is ``a|b``, outside of groups."""
    depth = 0
    for found in re.finditer(r"\\.|\[[^\]]*\]|[()|]", pattern):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "|" and depth == 0:
            return True
    return False


def _groups(replacement: str, shift: int) -> str:
    r"""Translate what is put in: \1 is $1; with a shift all groups are one later."""

    def piece(found: re.Match[str]) -> str:
        if found[1] is not None:
            return f"${int(found[1]) + shift}"
        return rf"\{found[2]}"

    rest = re.sub(r"\\\d|\\\\", "", replacement)
    if "\\" in rest:
        raise DialectError(f"no rule for the replacement {replacement!r}")
    java = re.sub(r"\\(\d)|(\$|\\)\\?", piece, replacement)
    return f"$1{java}" if shift else java


def _like(node: exp.Expr) -> exp.Expr:
    r"""Match with LIKE: ``\`` is a character in DuckDB, and escapes in Spark."""
    if isinstance(node.parent, exp.Escape):
        return node
    pattern = node.expression
    if isinstance(pattern, exp.Literal):
        pattern = text(pattern.name.replace("\\", "\\\\"))
    else:
        pattern = call("replace", pattern, text("\\"), text("\\\\"))
    return exp.Like(this=build.wrapped(node.this), expression=pattern)


def _like_escape(node: exp.Expr) -> exp.Expr:
    r"""Match with LIKE and ``\`` as its escape, as Spark does by itself."""
    if node.expression.name != "\\":
        raise DialectError(f"no rule for LIKE with the escape {node.expression.name!r}")
    like = node.this
    return exp.Like(this=build.wrapped(like.this), expression=like.expression)


def _glob(node: exp.Expr) -> exp.Expr:
    r"""Match with GLOB: ``*``, ``?`` and ``[a-c]``, of a pattern in any column.

    A pattern with ``[`` or ``\`` is an error in Spark: nobody checked those.
    """
    pattern = node.expression
    unclear = call(
        "raise_error",
        call("concat", text("no rule for [ or \\ in the pattern "), pattern.copy()),
    )
    signs = call(
        "regexp_replace", pattern.copy(), text(r"([.+()|^${}\]])"), text(r"\\$1")
    )
    wild = call(
        "replace", call("replace", signs, text("*"), text(".*")), text("?"), text(".")
    )
    whole = call("concat", text(r"(?s)\A"), wild, text(r"\z"))
    is_unclear = call("regexp_like", pattern.copy(), text(r"[\[\\]"))
    return build.when(is_unclear, unclear, call("regexp_like", node.this, whole))


RULES: Final[Rules] = {
    exp.RegexpLike: _matches,
    exp.RegexpExtract: _extracted,
    exp.RegexpReplace: _replaced,
    exp.Like: _like,
    exp.Escape: _like_escape,
    exp.Glob: _glob,
}
