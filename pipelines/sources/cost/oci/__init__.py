"""Oracle Cloud's cost reports, as the tenancy finds them in Object Storage.

Belongs here: recognizing files and their months (``deliveries.py``), opening them and
refusing invalid cells (``reading.py``), and what a row means (``convert.sql``). Does
not belong here: Oracle's FOCUS reports, which have other columns; ``focus_export``
reads them.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.oci.conversion import select, tally
from pipelines.sources.cost.oci.deliveries import claims, drops

SOURCE = Source(
    name="oci",
    table="focus",
    description=(
        "What Oracle Cloud bills: the rows of cost reports. Corrections come as more "
        "rows, so every file counts; a reference number counts once, as its newest "
        "file has it."
    ),
    expected=(
        "CSV of an OCI cost report "
        "(lineItem/referenceNo, lineItem/intervalUsageStart, cost/productSku)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    version=2,
)
