"""Write the pages that are made of what stands elsewhere already.

Belongs here: laying facts out as Markdown. Does not belong here: the facts. A mart's
question, grain and columns stand in its yml, a usage table's columns in
``pipelines.schema``, a list in ``pipelines.sources.lists``, what a setting means in
``unitmill.toml``, and a decision's title in the decision. ``make docs`` runs it;
``tests/test_docs.py`` fails when a committed page differs from what it would write.
"""
# ruff: noqa: INP001 - a folder of pages with one script, no package

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path

import yaml
from pydantic import BaseModel

from pipelines.cli.catalog import DOMAINS
from pipelines.semantic.declared import declared
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.formats.owner_list import OwnerList
from pipelines.sources.tables import LISTS, TABLES

DOCS = PROJECT_DIR / "docs"
MODELS = PROJECT_DIR / "dbt_project" / "models"
MARTS = MODELS / "marts"
GOLDEN = PROJECT_DIR / "tests" / "golden" / "expected.csv"
# A text that several columns share, and where one stands for it.
DOC_BLOCK = re.compile(r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}", re.DOTALL)
DOC = re.compile(r'{{ doc\("(\w+)"\) }}')
# Variables that the code sets or reads, but that choose nothing about a number.
OTHER_VARIABLES = {
    "UNITMILL_PROJECT": (
        "you, or `unitmill --project`",
        "The workspace, where the current folder does not lie in it.",
    ),
    "UNITMILL_BUILD_DATABASE": (
        "Unitmill; you, when you run dbt by hand",
        "The DuckDB file that dbt builds in.",
    ),
    "UNITMILL_MARTS_SCHEMA": (
        "you, when MetricFlow asks a published version",
        "The schema of the marts: `main` in a published file; `marts` without it.",
    ),
    "UNITMILL_REAL_EXPORTS": (
        "you, for `make test`",
        "A folder of real vendor files; tests that need them are skipped without it.",
    ),
    "UNITMILL_FUZZ_SECONDS": (
        "you, for `make test`",
        "How long mutated exports are thrown at the sources; a short while without it.",
    ),
    "UNITMILL_FUZZ_SETS": (
        "you, for `make test`",
        "How many sets of files are broken, others on every run; 90 without it.",
    ),
    "UNITMILL_KILLS": (
        "you, for `make test`",
        "How often each phase of a build is killed; once without it.",
    ),
    "UNITMILL_PRIVACY_KEY": (
        "you, where several homes share one",
        "By which persons are hashed, 32 characters at least; else each has its own.",
    ),
    "UNITMILL_UI_HOSTS": (
        "`unitmill ui --allow-host`",
        "The names by which the UI may be called beside its addresses, with commas.",
    ),
    "DAGSTER_HOME": ("`unitmill`", "Dagster's own records, `dagster/` in the home."),
    "DO_NOT_TRACK": ("Unitmill", "Tells dbt to send no telemetry."),
    "GX_ANALYTICS_ENABLED": (
        "Unitmill",
        "`false` tells Great Expectations to send no telemetry.",
    ),
}

MARTS_HEAD = """
Every mart is a table in the published version's database, and a Parquet file in
`marts/`. How the unit costs are calculated, and their traps: [metrics.md](metrics.md).
"""
KPI_HEAD = """
Each metric of a mart has one definition, in the yml beside the mart: the capability of
the FinOps Framework that it serves, the name of the KPI of the FinOps Foundation where
there is one, and its parts, which are columns of the same mart. `make test` divides the
parts again for every row of the sample company. A metric without parts is no quotient
of two columns; the unit test that is named holds it. At another grain, divide the sums
of the parts over the rows that have both, and never average a metric. A metric with a
name is asked by it at any grain: see [semantic-layer.md](semantic-layer.md). The others
hold only in their own row, and the last column says why.
"""
USAGE_HEAD = """
Each table is one partition per source and month in the home folder's `ledger/`, which
is a folder of Parquet files, and a table of the same name in every published version. A
partition has exactly these columns, in this order; a column that a source does not make
is NULL. Columns that begin with `x_` may follow them; any other is refused. No usage
table adds money to the ledger.
"""
GOLDEN_HEAD = """
A small company's month was worked out by hand, from the definitions in
[metrics.md](metrics.md) and a few round prices; nothing of it was made by Unitmill.
`make golden` builds the month and prints each metric, what was expected and what came
out; `make test` fails where they differ. In October, the company Acme calls two models
of OpenAI from the project proj_search, whose telemetry it has, and one from
proj_shadow, whose it has not. It trains on one rented machine of 8 GPUs at 20.00 an
hour, serves a model on another for a day, 180 M tokens at 18 % of its engines, runs
Kubernetes on a third, buys credits of OpenRouter and lets the rest expire, stores
vectors at a vendor that bills 100.00 EUR and asks for them in francs, and tunes a model
at one that bills 6.00 GBP. At Halde it has machines at 10.00 an hour: 30 hours on
demand for 8.00, 180 that a plan covers, which is not all used, and 20 on Spot. Its
project research earns 225.00. The exports are in `tests/golden/exports`.
"""
LISTS_HEAD = """
No bill knows a budget, an owner or a contract's price, so you write it down: a CSV
anywhere below the exports folder, recognized by its header. Columns may stand in any
order, and those that are not required may be missing. An edited file replaces its
older rows; a month that it no longer has is emptied. `sample_exports` has an example of
each.
"""
SETTINGS_HEAD = """
In `unitmill.toml`, or in an environment variable, which wins. The options `--exports`
and `--home` of the command line win over both. A relative path of the file or of a
variable starts at the project's folder; one of the command line starts where you are.
An unknown key in `unitmill.toml` is an error, and so is a value of the wrong kind. A
misspelt variable is no error: it is not read at all. The default is what counts when
the key is missing.
"""
DECISIONS_HEAD = """
Every choice that moves a number or shapes the house: what it is, what it costs, and
what would change our mind. A decision is superseded by a newer one, not edited.
"""


class PageError(Exception):
    """A page cannot be made; the message names the table or key and what it lacks."""


def pages() -> dict[Path, str]:
    """Give every generated page: its place and its text."""
    return {
        DOCS / "marts.md": marts_page(),
        DOCS / "kpi-map.md": kpi_page(),
        DOCS / "usage-tables.md": usage_tables_page(),
        DOCS / "lists.md": lists_page(),
        DOCS / "settings.md": settings_page(),
        DOCS / "golden-ledger.md": golden_page(),
        DOCS / "decisions" / "index.md": decisions_page(),
    }


@cache
def marts() -> list[dict[str, object]]:
    """Give what the ymls say of each mart, with its domain, in reading order."""
    blocks = dict(DOC_BLOCK.findall((MODELS / "docs.md").read_text("utf-8")))
    found = []
    for path in MARTS.rglob("*.yml"):
        text = DOC.sub(lambda doc: _quoted(blocks[doc[1]]), path.read_text("utf-8"))
        for model in yaml.load(text, yaml.CSafeLoader).get("models", []):
            question, _, grain = " ".join(model["description"].split()).partition("? ")
            found.append(
                model
                | {"domain": path.parent.name, "question": f"{question}?"}
                | {"grain": grain}
            )
    return sorted(found, key=lambda mart: (_place(str(mart["domain"])), mart["name"]))


def _quoted(text: str) -> str:
    """Write a doc block as it may stand between the quotes of a yml."""
    return " ".join(text.split()).replace("'", "''")


def _place(domain: str) -> tuple[int, str]:
    known = DOMAINS.index(domain) if domain in DOMAINS else len(DOMAINS)
    return known, domain


def marts_page() -> str:
    """Lay out the marts: an index of questions, then each one's columns."""
    return _page(_marts_lines())


def _marts_lines() -> Iterator[str]:
    yield from (
        "# Which mart answers my question, and what do its columns mean?",
        "",
        "<!-- Made by `make docs` from the yml beside each mart; do not edit. -->",
        "",
        *_sentences(MARTS_HEAD),
        "",
        "| mart | question it answers |",
        "|---|---|",
    )
    for mart in marts():
        yield f"| [{mart['name']}](#{mart['name']}) | {_cell(mart['question'])} |"
    for mart in marts():
        yield from ("", f"## {mart['name']}", "", str(mart["question"]))
        yield from _sentences(str(mart["grain"]))
        yield from ("", "| column | type | meaning |", "|---|---|---|")
        columns = mart["columns"]
        if not isinstance(columns, list):
            raise PageError(f"{mart['name']}: no columns in its yml; expected a list")
        for column in columns:
            yield (
                f"| `{column['name']}` | {column['data_type']} "
                f"| {_cell(column['description'])} |"
            )


def kpi_page() -> str:
    """Lay out the metrics by capability, with KPI and parts."""
    return _page(_kpi_lines())


def _kpi_lines() -> Iterator[str]:
    yield from (
        "# FinOps KPIs and their columns",
        "",
        "<!-- Made by `make docs` from the yml beside each mart; do not edit. -->",
        "",
        *_sentences(KPI_HEAD),
    )
    found = sorted(
        (metric["capability"], mart["name"], column["name"], metric)
        for mart in marts()
        for column in mart["columns"]  # type: ignore[attr-defined]
        if (metric := column.get("config", {}).get("meta", {}).get("metric"))
    )
    names = {
        (mart.name, metric.column): metric.metric
        for mart in declared([MODELS])
        for metric in mart.metrics
    }
    for capability, metrics in groupby(found, key=lambda one: one[0]):
        yield from ("", f"## {capability}", "")
        yield (
            "| metric | KPI of the FinOps Foundation | made of | cost basis | test "
            "| at another grain |"
        )
        yield "|---|---|---|---|---|---|"
        for _, mart, column, metric in metrics:
            kpi = metric["kpi"] if metric["kpi"] != "none" else ""
            grain = (
                f"`{names[mart, column]}`" if (mart, column) in names else _why(metric)
            )
            yield (
                f"| [{mart}](marts.md#{mart}).`{column}` | {kpi} | {_made_of(metric)} "
                f"| {metric['cost_basis'].replace('none', '')} | {metric['test']} "
                f"| {grain} |"
            )


def _made_of(metric: Mapping[str, object]) -> str:
    """Say the division; what is none is held by its test alone."""
    if metric["numerator"] is None:
        return ""
    where = f" where `{metric['where']}`" if "where" in metric else ""
    if metric["denominator"] is None:
        return f"`{metric['numerator']}`{where}"
    times = f" x {metric['per']:,}" if metric["per"] != 1 else ""
    return f"`{metric['numerator']}`{times} / `{metric['denominator']}`{where}"


def _why(metric: Mapping[str, object]) -> str:
    """Say why the sums of a metric's parts make no metric."""
    alone = "It is no quotient of two columns." if metric["numerator"] is None else ""
    return " ".join(str(metric.get("not_additive", alone)).split())


def usage_tables_page() -> str:
    """Lay out the usage tables like a specification."""
    return _page(_usage_lines())


def _usage_lines() -> Iterator[str]:
    yield from (
        "# Usage tables: what telemetry and lists become",
        "",
        (
            "<!-- Made by `make docs` from pipelines/schema and "
            "pipelines/sources/lists; do not edit. -->"
        ),
        "",
        *_sentences(USAGE_HEAD),
    )
    for table in TABLES.values():
        yield from ("", f"## {table.name}", "")
        yield from _sentences(f"{table.description} {table.grain} {table.notes}")
        yield from ("", "| column | type | meaning |", "|---|---|---|")
        for column in table.columns:
            yield f"| `{column.name}` | {column.type} | {_cell(column.meaning)} |"


def lists_page() -> str:
    """Lay out the lists that owners write: header, columns and checks."""
    return _page(_list_lines())


def _list_lines() -> Iterator[str]:
    yield from (
        "# Which lists can I maintain, and what are their columns?",
        "",
        "<!-- Made by `make docs` from pipelines/sources/lists; do not edit. -->",
        "",
        *_sentences(LISTS_HEAD),
    )
    for one in LISTS:
        yield from ("", f"## {one.name}", "", *_sentences(one.description))
        yield from _sentences(f"{one.grain} {_restated(one)}")
        yield from ("", "```", one.header, "```", "")
        yield "| column | required | a cell is | meaning |"
        yield "|---|---|---|---|"
        for column in one.columns:
            required = "yes" if column.required else ""
            blank = column.blank.strip("'")
            meaning = column.meaning + (f" Blank means `{blank}`." if blank else "")
            yield (
                f"| `{column.name}` | {required} | {_cell(column.type.expected)} "
                f"| {_cell(meaning)} |"
            )
        yield from ("", "A row is refused, by file, row and column, unless", "")
        for name, check in one.all_checks.items():
            yield f"- `{name}` is {_cell(check.expected)}"


def _restated(one: OwnerList) -> str:
    """Return what a newer file of a list does."""
    if one.restates == "period":
        return "A newer file replaces the months that it has again."
    return f"Of the rows with the same {', '.join(one.key)} the newest counts."


def settings_page() -> str:
    """Lay out every setting: key, environment variable, default and meaning."""
    return _page(_settings_lines())


def _settings_lines() -> Iterator[str]:
    meanings = _toml_comments()
    yield from (
        "# Which settings are there?",
        "",
        "<!-- Made by `make docs` from unitmill.toml and Settings; do not edit. -->",
        "",
        *_sentences(SETTINGS_HEAD),
        "",
        "| key | environment variable | default | meaning |",
        "|---|---|---|---|",
    )
    for key, default in settings_keys().items():
        if key not in meanings:
            raise PageError(f"unitmill.toml: no comment above {key}; expected one")
        yield (
            f"| `{key}` | `{variable(key)}` | `{default}` | {_cell(meanings[key])} |"
        )
    yield from (
        "",
        "## Variables that are no settings",
        "",
        "| environment variable | who sets it | meaning |",
        "|---|---|---|",
    )
    for name, (owner, meaning) in OTHER_VARIABLES.items():
        yield f"| `{name}` | {owner} | {meaning} |"


def golden_page() -> str:
    """Lay out the month that was worked out by hand."""
    return _page(_golden_lines())


def _golden_lines() -> Iterator[str]:
    yield from (
        "# How do I know that the numbers are right?",
        "",
        "<!-- Made by `make docs` from tests/golden/expected.csv; do not edit. -->",
        "",
        *_sentences(GOLDEN_HEAD),
        "",
        "| section | metric | expected | working |",
        "|---|---|---|---|",
    )
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            expected = row["expected"] or "unknown"
            yield (
                f"| {row['section']} | {row['metric']} | {expected} "
                f"| {_cell(row['working'])} |"
            )


def settings_keys() -> dict[str, object]:
    """Map each setting's dotted key to its default."""
    return dict(_keys(Settings, ""))


def _keys(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, object]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from _keys(type(field.default), f"{prefix}{name}.")
        else:
            yield prefix + name, field.default


def variable(key: str) -> str:
    """Name the environment variable of a dotted key."""
    return "UNITMILL_" + key.replace(".", "__").upper()


def _toml_comments() -> Mapping[str, str]:
    """Read the comment above each key of unitmill.toml.

    Keys without a blank line or a comment between them share the comment.
    """
    found: dict[str, str] = {}
    section, comment, fresh = "", "", True
    for line in (PROJECT_DIR / "unitmill.toml").read_text("utf-8").splitlines():
        if line.startswith("#"):
            comment = line.lstrip("# ") if fresh else f"{comment} {line.lstrip('# ')}"
            fresh = False
        elif line.startswith("["):
            section, comment, fresh = line.strip("[]") + ".", "", True
        elif " = " in line:
            found[section + line.partition(" = ")[0]] = comment
            fresh = True
        else:
            comment, fresh = "", True
    return {key: text for key, text in found.items() if text}


def decisions_page() -> str:
    """List the decisions by their titles."""
    return _page(_decision_lines())


def _decision_lines() -> Iterator[str]:
    yield from (
        "# Decisions",
        "",
        "<!-- Made by `make docs` from the titles of the decisions; do not edit. -->",
        "",
        *_sentences(DECISIONS_HEAD),
        "",
    )
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        number, _, title = path.read_text("utf-8").splitlines()[0][2:].partition(" ")
        if not path.name.startswith(number):
            raise PageError(f"{path.name}: its title begins with {number!r}")
        yield f"- [{number}]({path.name}): {title}"


def _sentences(text: str) -> list[str]:
    """Put each sentence on its own line."""
    text = " ".join(text.split())
    return re.sub(r"(?<=[A-Za-z0-9)`][.?]) (?=[A-Z`])", "\n", text).splitlines()


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every page in its place."""
    for path, text in pages().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
