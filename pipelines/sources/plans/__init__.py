"""Sources of cost that a user maps in YAML: focus-converter's plans as DuckDB SQL.

Belongs here: the plan language (read, validated, compiled), vendors and overlays made
of it. Does not belong here: vendors that Unitmill ships (``sources.cost``).

- ``shapes``       the fields of a plan, after focus-converter's own models
- ``language``     a folder of plan files, read and validated
- ``expressions``  what each conversion of a column is in SQL
- ``queries``      the language's own SQL, with exact arithmetic
- ``chain``        the growing SELECT: which columns exist at which step
- ``shape``        made columns get the types of the ledger
- ``compile``      all of it, in the order of focus-converter's engine
- ``vendor``       plans/<vendor>/ as a Source
- ``overlay``      plans/<vendor>/ that replaces columns of a shipped source
"""

from pipelines.sources.plans.compile import Compiled, compile_plans
from pipelines.sources.plans.language import Plan, PlanError, read_plans
from pipelines.sources.plans.overlay import overlay, overlays, with_overlays
from pipelines.sources.plans.vendor import plan_sources

__all__ = [
    "Compiled",
    "Plan",
    "PlanError",
    "compile_plans",
    "overlay",
    "overlays",
    "plan_sources",
    "read_plans",
    "with_overlays",
]
