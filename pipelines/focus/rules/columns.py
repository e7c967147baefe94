"""Rules that follow from one column's facts: null, allowed values, format, range."""

from collections.abc import Iterator

from pipelines.focus.rules.rule import Rule
from pipelines.focus.schema import Column, columns

# ISO 4217 has three capitals; virtual currencies (credits, DBUs) may be any word.
ISO_CURRENCY = "[A-Z]{3}"
VIRTUAL_CURRENCIES = {"PricingCurrency"}
# "Hours", "GB-Hours", "1000000 Tokens", "Requests/Second", "4 GiB-Months".
UNIT = r"(\d+ )?[A-Za-z][A-Za-z0-9 %]*(-[A-Za-z][A-Za-z0-9 ]*)*(/(\d+ )?[A-Za-z-]+)?"
# Nobody bills for the last century or for the far future; such dates are parsed wrong.
FIRST_DAY, LAST_DAY = "2000-01-01", "2100-01-01"


def column_rules() -> tuple[Rule, ...]:
    """Give the rules of all columns, in the order of the columns."""
    return tuple(rule for column in columns() for rule in _rules_of(column))


def _rules_of(column: Column) -> Iterator[Rule]:
    if not column.nullable:
        yield _known(column)
    if column.type == "VARCHAR":
        yield _not_blank(column)
    if column.allowed_values:
        yield _allowed(column)
    if column.format == "Currency" and column.name not in VIRTUAL_CURRENCIES:
        yield _matches(column, ISO_CURRENCY, "is a currency code of ISO 4217", "'usd'")
    if column.format == "Unit":
        yield _matches(column, UNIT, "is written as FOCUS writes units", "'@hours'")
    if column.format == "Date/Time":
        yield _plausible_date(column)
    if column.format == "Key-Value":
        yield from _key_values(column)
    if column.format == "JSON Object":
        yield _is_object(column)
    if column.format == "Decimal (non-negative)":
        yield _not_negative(column)


def _known(column: Column) -> Rule:
    return Rule(
        id=f"{column.name}-known",
        column=column.name,
        section=f"Columns, {column.name}",
        severity="warn" if column.level == "recommended" else "error",
        text=f"{column.name} is known on every row.",
        broken=f'"{column.name}" is null',
        fault=f'"{column.name}" = null',
        only_if_supplied=column.level != "mandatory",
    )


def _not_blank(column: Column) -> Rule:
    return Rule(
        id=f"{column.name}-not-blank",
        column=column.name,
        section="Attributes, String Handling and Null Handling",
        severity="error",
        text=f"An unknown {column.name} is null, not an empty or blank text.",
        broken=f"trim(\"{column.name}\") in ('', 'NULL', 'null', 'None')",
        fault=f"\"{column.name}\" = ' '",
    )


def _allowed(column: Column) -> Rule:
    values = ", ".join(f"'{value}'" for value in column.allowed_values)
    return Rule(
        id=f"{column.name}-allowed",
        column=column.name,
        section=f"Columns, {column.name}",
        severity="error",
        text=f"{column.name} is one of its allowed values, spelled exactly.",
        broken=f'"{column.name}" not in ({values})',
        fault=f"\"{column.name}\" = 'Bananas'",
    )


def _matches(column: Column, pattern: str, what: str, fault: str) -> Rule:
    return Rule(
        id=f"{column.name}-format",
        column=column.name,
        section=f"Attributes, {column.format} Format",
        severity="warn" if column.format == "Unit" else "error",
        text=f"{column.name} {what}.",
        broken=f"not regexp_full_match(\"{column.name}\", '{pattern}')",
        fault=f'"{column.name}" = {fault}',
    )


def _plausible_date(column: Column) -> Rule:
    return Rule(
        id=f"{column.name}-plausible",
        column=column.name,
        section="Attributes, Date/Time Format",
        severity="error",
        text=f"{column.name} lies between {FIRST_DAY} and {LAST_DAY}.",
        broken=(
            f"\"{column.name}\" < timestamp '{FIRST_DAY}' "
            f"or \"{column.name}\" >= timestamp '{LAST_DAY}'"
        ),
        fault=f"\"{column.name}\" = timestamp '1900-01-01'",
    )


def _key_values(column: Column) -> Iterator[Rule]:
    section = "Attributes, Key-Value Format"
    yield Rule(
        id=f"{column.name}-object",
        column=column.name,
        section=section,
        severity="error",
        text=f"{column.name} is one JSON object.",
        broken=f"json_type(\"{column.name}\") <> 'OBJECT'",
        fault=f"\"{column.name}\" = '[1]'::json",
    )
    yield Rule(
        id=f"{column.name}-flat",
        column=column.name,
        section=section,
        severity="error",
        text=f"The values of {column.name} are numbers, texts, true, false or null.",
        broken=f"regexp_matches(\"{column.name}\"::varchar, ':\\s*[\\[{{]')",
        fault=f'"{column.name}" = \'{{"k": [1]}}\'::json',
    )


def _is_object(column: Column) -> Rule:
    return Rule(
        id=f"{column.name}-object",
        column=column.name,
        section="Attributes, JSON Object Format",
        severity="error",
        text=f"{column.name} is one JSON object.",
        broken=f"json_type(\"{column.name}\") <> 'OBJECT'",
        fault=f"\"{column.name}\" = '[1]'::json",
    )


def _not_negative(column: Column) -> Rule:
    return Rule(
        id=f"{column.name}-not-negative",
        column=column.name,
        section=f"Columns, {column.name}",
        severity="error",
        text=f"{column.name} is not below zero.",
        broken=f'"{column.name}" < 0',
        fault=f'"{column.name}" = -1',
    )
