"""The shape of every table of the ledger folder: names, types, meaning and grain.

Belongs here: declarations, one module a domain. Does not belong here: FOCUS
(``focus``), the tables of owners' lists (they follow from ``sources.lists``), and how a
source fills a table (``sources``).
"""

from pipelines.schema.calls import MODEL_REQUESTS, MODEL_SESSIONS, MODEL_USAGE
from pipelines.schema.conformance import FOCUS_CONFORMANCE
from pipelines.schema.machines import GPU_USAGE, KUBERNETES_ALLOCATION
from pipelines.schema.pipelines import PIPELINE_RUNS
from pipelines.schema.table import Table
from pipelines.schema.training import TRAINING_ATTEMPTS, TRAINING_METRICS

# What tools write. A counter that a source cannot know is NULL, never 0.
USAGE_TABLES: tuple[Table, ...] = (
    MODEL_USAGE,
    MODEL_REQUESTS,
    MODEL_SESSIONS,
    GPU_USAGE,
    KUBERNETES_ALLOCATION,
    TRAINING_ATTEMPTS,
    TRAINING_METRICS,
    PIPELINE_RUNS,
)

__all__ = ["FOCUS_CONFORMANCE", "USAGE_TABLES", "Table"]
