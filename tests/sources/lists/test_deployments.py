"""The owner's list of deployments: who serves which model when."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.deployments import DEPLOYMENTS

SOURCE = DEPLOYMENTS.as_source()

HEADER = "deployment_id,model_id,node_name,gpu_count,precision,valid_from,valid_to\n"
ROW = "search-llm,llama-8b,ip-10-0-0-1,4,fp16,2026-08-03,2026-09-01T06:00:00+02:00\n"


def test_a_row_is_a_deployment_in_the_month_of_its_start(put, convert):
    put("deployments.csv", HEADER + ROW)

    rows = convert(
        SOURCE,
        "2026-08",
        "deployment_id, model_id, node_name, resource_id, gpu_count, precision, "
        "valid_from::text, valid_to::text, source_row_number",
    )

    assert rows == [
        (
            "search-llm",
            "llama-8b",
            "ip-10-0-0-1",
            None,
            Decimal(4),
            "fp16",
            "2026-08-03 00:00:00",
            "2026-09-01 04:00:00",
            1,
        )
    ]


def test_a_newer_file_corrects_the_end_of_a_deployment(put, convert, reasons):
    put("old.csv", HEADER + ROW)
    put("new.csv", HEADER + "search-llm,llama-8b,n,4,fp16,2026-08-03,\n", 1)

    assert convert(SOURCE, "2026-08", "node_name, valid_to") == [("n", None)]
    assert reasons() == {"a newer row has its deployment and start": 1}


def test_a_deployment_that_moved_is_two_rows(put, convert):
    put("all.csv", HEADER + ROW + ROW.replace("08-03", "08-20").replace("0-1", "0-2"))

    assert convert(SOURCE, "2026-08", "node_name") == [
        ("ip-10-0-0-1",),
        ("ip-10-0-0-2",),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            "a,m,n,4,fp16,2026-08-03,2026-08-02",
            "valid_to is '2026-08-02 00:00:00', ex",
        ),
        ("a,m,n,0,fp16,2026-08-03,", "gpu_count is '0.000000000000', expected more"),
        ("a,m,n,four,fp16,2026-08-03,", "gpu_count is 'four', expected a number"),
        ("a,m,,4,fp16,2026-08-03,", "node_name is empty, expected it, or a resource"),
        ("a,,n,4,fp16,2026-08-03,", "model_id is empty"),
    ],
)
def test_what_cannot_be_true_stops_the_month_by_file_and_row(
    cells, said, put, settings
):
    put("own/deployments.csv", HEADER + ROW + cells + "\n")
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError) as refused:
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")

    assert f"own/deployments.csv, row 2: {said}" in str(refused.value)


def test_a_start_that_is_no_time_is_refused(put, settings):
    put("own/deployments.csv", HEADER + "a,m,n,4,fp16,soon,\n")

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "own/deployments.csv, row 1: valid_from is 'soon'" in refusal.reason
