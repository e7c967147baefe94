"""The owner's measurements of model variants: refused by row and column."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.model_variants import MODEL_VARIANTS

SOURCE = MODEL_VARIANTS.as_source()

ROW = dict.fromkeys(MODEL_VARIANTS.header.split(","), "") | {
    "provider_name": "self-hosted",
    "model_id": "llama",
    "precision": "fp8",
    "evaluation_name": "answers",
    "judged_answer_count": "1200",
    "passing_answer_count": "1109",
    "gpu_name": "L4",
    "tokens_per_gpu_second": "351.5",
    "valid_from": "2026-10-01",
}


def file(*changes):
    lines = [MODEL_VARIANTS.header]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_a_measurement_is_read_with_or_without_a_speed(put, convert):
    unmeasured = {"precision": "int4", "gpu_name": "", "tokens_per_gpu_second": ""}
    put("variants.csv", file({}, unmeasured, {"valid_from": "2026-11-01"}))

    rows = convert(
        SOURCE,
        "2026-10",
        "precision, decoding, judged_answer_count, passing_answer_count, gpu_name, "
        "tokens_per_gpu_second",
    )

    assert sorted(rows) == [
        ("fp8", None, 1200, 1109, "L4", Decimal("351.5")),
        ("int4", None, 1200, 1109, None, None),
    ]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ([{"passing_answer_count": "1201"}], "row 1: passing_answer_count is '1201'"),
        ([{"judged_answer_count": "many"}], "row 1: judged_answer_count is 'many'"),
        ([{"tokens_per_gpu_second": "0"}], "row 1: tokens_per_gpu_second"),
        ([{"gpu_name": ""}], "row 1: tokens_per_gpu_second is '351.500000'"),
        ([{}, {"precision": "FP8"}], "row 1: model_id is 'llama'"),
    ],
)
def test_a_wrong_cell_names_file_and_column(changes, named, put, settings):
    put("variants.csv", file(*changes))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"variants\.csv, {named}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")
