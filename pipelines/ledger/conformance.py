"""Judge ledger partitions by the FOCUS rules, and keep the judgement beside them."""

import hashlib
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.focus.conformance import RuleResult, evaluate
from pipelines.focus.rules import all_rules
from pipelines.landing.source import Source
from pipelines.ledger.connection import connect
from pipelines.ledger.content import content_of, damage, replacing
from pipelines.ledger.files import partition_path, parts, sql_list
from pipelines.ledger.partitions import recorded_inputs
from pipelines.ledger.parts import INPUTS_KEY
from pipelines.settings import Settings

TABLE = "focus_conformance"
SCHEMA = pa.schema(
    [
        ("source_name", pa.string()),
        ("period", pa.string()),
        ("rule_id", pa.string()),
        ("column_name", pa.string()),
        ("severity", pa.string()),
        ("specification_section", pa.string()),
        ("rule_text", pa.string()),
        ("row_count", pa.int64()),
        ("failing_row_count", pa.int64()),
        ("examples", pa.list_(pa.string())),
    ]
)


def evaluate_partition(settings: Settings, source: Source, period: str) -> None:
    """Judge a partition of the ledger, unless these rows met these rules before."""
    rows = partition_path(settings.ledger_dir, source, period)
    files = parts(rows)
    if not files:
        return
    judged = settings.ledger_dir / TABLE / source.name / period
    inputs = f"{content_of(rows)}|{rules_version()}"
    if recorded_inputs(judged) == inputs and not damage(judged):
        return
    with connect(settings) as db:
        found = evaluate(db, f"read_parquet({sql_list(files)}, union_by_name = true)")
    records = [_record(item, source, period) for item in found]
    table = pa.Table.from_pylist(records, schema=SCHEMA)
    with replacing(judged, inputs) as part:
        pq.write_table(table.replace_schema_metadata({INPUTS_KEY: inputs}), part())


@cache
def rules_version() -> str:
    """Hash the rules: a changed rule evaluates every partition again."""
    rules = "\n".join(
        f"{rule.id} {rule.severity} {rule.broken}" for rule in all_rules()
    )
    return hashlib.sha256(rules.encode()).hexdigest()[:16]


def _record(item: RuleResult, source: Source, period: str) -> dict[str, object]:
    return {
        "source_name": source.name,
        "period": period,
        "rule_id": item.rule.id,
        "column_name": item.rule.column,
        "severity": item.rule.severity,
        "specification_section": item.rule.section,
        "rule_text": item.rule.text,
        "row_count": item.rows,
        "failing_row_count": item.failing,
        "examples": list(item.examples),
    }
