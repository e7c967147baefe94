"""The page of results: one HTML file without any asset from outside.

GX's own Data Docs load their styles and scripts from a CDN and are bare offline.
"""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from pipelines.files import write_text
from pipelines.quality.run import Outcome, SuiteResult
from pipelines.quality.sums import MartSum, section

STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --good: #2e7d32; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
         vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; }
.bad { color: var(--bad); font-weight: 600; }
.good { color: var(--good); } small, .muted { opacity: .7; }
code { font-size: .85em; } details { margin: .5rem 0; } summary { cursor: pointer; }
"""


def render(
    results: Sequence[SuiteResult],
    sums: Sequence[MartSum],
    build_id: str,
    made_at: str,
) -> str:
    """Give the page as HTML."""
    total = [outcome for result in results for outcome in result.outcomes]
    bad = [outcome for outcome in total if not outcome.passed]
    verdict = (
        f'<span class="bad">{len(bad)} of {len(total)} expectations failed</span>'
        if bad
        else f'<span class="good">all {len(total)} expectations hold</span>'
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Unitmill data quality</title><style>{STYLE}</style></head><body>"
        f"<h1>Data quality: {verdict}</h1>"
        f'<p class="muted">Build <code>{escape(build_id)}</code>, '
        f"checked {escape(made_at)}.</p>"
        + "".join(_section(result) for result in results)
        + section(sums)
        + "</body></html>\n"
    )


def write_page(path: Path, text: str) -> None:
    """Put the page in its place, whole."""
    write_text(path, text)


def _section(result: SuiteResult) -> str:
    # Failures first: they are what the reader came for.
    ordered = sorted(result.outcomes, key=lambda outcome: outcome.passed)
    return (
        f"<h2>{escape(result.suite.name)}</h2>"
        f'<p class="muted">{escape(result.suite.question)} '
        f"<code>{escape(result.suite.relation)}</code></p>"
        "<table><tr><th>expectation</th><th>verdict</th><th>rows</th>"
        "<th>failing</th><th>where</th></tr>"
        + "".join(_row(outcome) for outcome in ordered)
        + "</table>"
    )


def _row(outcome: Outcome) -> str:
    verdict = (
        '<td class="good">holds</td>'
        if outcome.passed
        else '<td class="bad">failed</td>'
    )
    checked = "" if outcome.checked is None else f"{outcome.checked:,}"
    where = escape(outcome.error) if outcome.error else _examples(outcome.examples)
    return (
        f"<tr><td>{escape(outcome.name)}</td>{verdict}"
        f'<td class="n">{checked}</td><td class="n">{outcome.failing:,}</td>'
        f"<td>{where}</td></tr>"
    )


def _examples(rows: Iterable[dict[str, object]]) -> str:
    return "<br>".join(
        "<code>" + escape(", ".join(f"{k}={v}" for k, v in row.items())) + "</code>"
        for row in rows
    )
