"""How the ledger stands to the FOCUS specification."""

from pipelines.schema.table import Column, Table

FOCUS_CONFORMANCE = Table(
    "focus_conformance",
    "How the ledger's rows stand to each rule of FOCUS 1.4.",
    "One row per source, period and FOCUS rule.",
    (
        Column("source_name", "VARCHAR", "The source in the ledger."),
        Column("period", "VARCHAR", "The billing month (YYYY-MM)."),
        Column("rule_id", "VARCHAR", "The rule, named after its column."),
        Column(
            "column_name",
            "VARCHAR",
            "The FOCUS column that is wrong where the rule is broken.",
        ),
        Column(
            "severity",
            "VARCHAR",
            "error for what the specification demands, warn for what it recommends.",
        ),
        Column(
            "specification_section",
            "VARCHAR",
            "The part of FOCUS 1.4 that the rule comes from.",
        ),
        Column("rule_text", "VARCHAR", "What must hold, in our words."),
        Column("row_count", "BIGINT", "Rows evaluated."),
        Column("failing_row_count", "BIGINT", "Rows that break the rule."),
        Column(
            "examples",
            "VARCHAR[]",
            "Up to three rows that break it, as delivery and source row number.",
        ),
    ),
)
