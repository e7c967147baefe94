"""Text: put together, cut, written for people."""

import re
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import Rule, Rules, bound, call
from pipelines.spark.dialect.conversions import converted
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.mixing import as_type

_TEXT: Final = exp.DataType.build("text")
_DOUBLE: Final = exp.DataType.build("double")
# A place of a format string: {}, {:,.2f}.
_PLACE: Final = re.compile(r"\{(?::(,?)\.(\d)f)?\}")
# From here on a double has digits that Java does not write.
_WRITABLE: Final = 1e15
# The signs that are the same in both engines are those of ASCII.
_BYTE: Final = 128


def as_text(node: exp.Expr) -> exp.Expr:
    """Write a value as text, as DuckDB does."""
    return converted(node, kinds.type_of(node), _TEXT)


def _same(name: str, *keys: str) -> Rule:
    """Call what has one meaning in both, with texts."""

    def rule(node: exp.Expr) -> exp.Expr:
        parts = [node.args[key] for key in keys if node.args.get(key) is not None]
        unknown = set(node.args) - set(keys)
        if any(node.args[key] not in (None, False) for key in unknown):
            raise DialectError(f"no rule for {node.sql('duckdb')[:80]}")
        return call(name, *parts)

    return rule


def _joined(node: exp.Expr) -> exp.Expr:
    """Join two texts, or two lists; NULL where one is NULL in both engines."""
    kind = kinds.type_of(node)
    if kinds.is_text(kind):
        parts = (as_text(node.this), as_text(node.expression))
    else:
        parts = (as_type(node.this, kind), as_type(node.expression, kind))
    return exp.DPipe(this=build.wrapped(parts[0]), expression=build.wrapped(parts[1]))


def _joined_by(node: exp.Expr) -> exp.Expr:
    """Join texts with a separator; NULLs are left out in both."""
    return call("concat_ws", *(as_text(part) for part in node.expressions))


def _joined_all(node: exp.Expr) -> exp.Expr:
    """Join texts; DuckDB leaves NULLs out, Spark gives NULL."""
    return call(
        "concat_ws", build.text(""), *(as_text(part) for part in node.expressions)
    )


def _trimmed(node: exp.Expr) -> exp.Expr:
    """Cut spaces, or certain characters, off; only spaces are spaces in both."""
    names = {"": "trim", "BOTH": "trim", "LEADING": "ltrim", "TRAILING": "rtrim"}
    name = names[str(node.args.get("position") or "").upper()]
    characters = node.expression
    if characters is None:
        return call(name, node.this)
    if name == "trim":
        raise DialectError("no rule for trim with characters; write ltrim and rtrim")
    return call(name, characters, node.this)


def _replaced(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.expression, exp.Literal) or not node.expression.name:
        raise DialectError(f"what is replaced is computed: {node.sql('duckdb')[:80]}")
    return call("replace", node.this, node.expression, node.args["replacement"])


def _left(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.expression, exp.Literal):
        raise DialectError("no rule for left() of a computed length")
    return call("left", node.this, node.expression)


def _length(node: exp.Expr) -> exp.Expr:
    """Count characters of a text, or items of a list; BIGINT in DuckDB."""
    name = "char_length" if kinds.is_text(kinds.type_of(node.this)) else "size"
    return build.cast(call(name, node.this), "bigint")


def _format(node: exp.Expr) -> exp.Expr:
    """Fill the places of a text; NULL where one of them is NULL."""
    form = _constant(node.this)
    values = list(node.expressions)
    places = list(_PLACE.finditer(form))
    if re.search(r"[{}]", _PLACE.sub("", form)) or len(places) != len(values):
        raise DialectError(f"no rule for the format {form!r}")
    parts: list[exp.Expr] = []
    end = 0
    for place, value in zip(places, values, strict=True):
        parts.append(build.text(form[end : place.start()]))
        parts.append(_filled(place, value))
        end = place.end()
    parts.append(build.text(form[end:]))
    # Spark's concat is NULL where one part is.
    return call("concat", *(p for p in parts if not _is_empty(p)))


def _is_empty(part: exp.Expr) -> bool:
    return isinstance(part, exp.Literal) and part.is_string and part.name == ""


def _constant(form: exp.Expr) -> str:
    if isinstance(form, exp.Paren):
        return _constant(form.this)
    if isinstance(form, exp.DPipe):
        return _constant(form.this) + _constant(form.expression)
    if isinstance(form, exp.Literal) and form.is_string:
        return str(form.name)
    raise DialectError(f"the format {form.sql('duckdb')[:80]} is computed")


def _filled(place: re.Match[str], value: exp.Expr) -> exp.Expr:
    if place[2] is None:
        return as_text(value)
    if not place[1]:
        raise DialectError(
            f"no rule for the place {place[0]}; write {{:,.{place[2]}f}}"
        )
    digits = build.number(int(place[2]))
    too_many = call(
        "raise_error", build.text("a number of more than 15 digits cannot be formatted")
    )
    return bound(
        as_type(value, _DOUBLE),
        lambda number: build.when(
            exp.GTE(
                this=call("abs", number.copy()), expression=build.double(_WRITABLE)
            ),
            too_many,
            call("format_number", number.copy(), digits),
        ),
    )


def _sign_of(node: exp.Expr) -> exp.Expr:
    """Give the sign of a number; Spark's own is of the number's last byte."""
    [number] = node.expressions
    if not isinstance(number, exp.Literal) or not 0 < int(number.name) < _BYTE:
        raise DialectError(f"no rule for {node.sql('duckdb')[:80]}")
    return call("char", number)


RULES: Final[Rules] = {
    exp.Chr: _sign_of,
    exp.Lower: _same("lower", "this"),
    exp.Upper: _same("upper", "this"),
    exp.MD5: _same("md5", "this"),
    exp.StartsWith: _same("startswith", "this", "expression"),
    exp.Contains: _same("contains", "this", "expression"),
    exp.DPipe: _joined,
    exp.ConcatWs: _joined_by,
    exp.Concat: _joined_all,
    exp.Trim: _trimmed,
    exp.Replace: _replaced,
    exp.Left: _left,
    exp.Length: _length,
    exp.Format: _format,
}
