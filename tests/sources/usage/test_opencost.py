"""OpenCost's allocations: requested, used, and weights that sum to the total."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.deliveries import scan
from pipelines.settings.sections import OpenCostSettings
from pipelines.sources.usage.opencost import SOURCE

DAY = {"start": "2026-08-13T00:00:00Z", "end": "2026-08-14T00:00:00Z"}
PROPERTIES = {
    "cluster": "inference",
    "node": "ip-10-0-0-1",
    "providerID": "aws:///us-east-1d/i-0abc",
    "namespace": "search",
    "controllerKind": "deployment",
    "controller": "llm",
    "pod": "llm-0",
    "container": "vllm",
    "labels": {"app": "llm"},
}


def allocation(name="llm-0/vllm", properties=None, **fields):
    """Give an allocation of a day in which a pod ran for twelve hours."""
    return {
        "name": name,
        "properties": PROPERTIES | (properties or {}),
        "window": DAY,
        "minutes": 720,
        "cpuCoreRequestAverage": 4,
        "cpuCoreUsageAverage": 1.5,
        "ramByteRequestAverage": 8 * 1024**3,
        "ramByteUsageAverage": 2 * 1024**3,
        "gpuHours": 24,
        "cpuCost": 1.5,
        "ramCost": 0.5,
        "gpuCost": 9.25,
        "totalCost": 11.25,
    } | fields


def answer(*steps):
    return {
        "code": 200,
        "data": [
            None if step is None else {found["name"]: found for found in step}
            for step in steps
        ],
    }


def test_an_allocation_is_what_its_pod_asked_for_and_used(put, convert):
    put("allocation.json", answer([allocation()], None))

    rows = convert(
        SOURCE,
        "2026-08",
        "window_start::text, window_end::text, cluster_name, node_name, resource_id, "
        "namespace, controller_kind, controller_name, pod_name, labels::text, "
        "allocation_kind, cpu_requested_core_hours, cpu_used_core_hours, "
        "memory_requested_gib_hours, memory_used_gib_hours, gpu_requested_hours, "
        "gpu_used_hours, cpu_weight, memory_weight, gpu_weight, storage_weight, "
        "other_weight",
    )

    assert rows == [
        (
            "2026-08-13 00:00:00",
            "2026-08-14 00:00:00",
            "inference",
            "ip-10-0-0-1",
            "i-0abc",
            "search",
            "deployment",
            "llm",
            "llm-0",
            '{"app":"llm"}',
            "workload",
            48,
            18,
            96,
            24,
            24,
            None,
            Decimal("1.5"),
            Decimal("0.5"),
            Decimal("9.25"),
            None,
            0,
        )
    ]


def test_containers_are_summed_up_to_their_pod(put, convert, reasons):
    side = allocation("llm-0/proxy", {"container": "proxy"}, gpuHours=0, totalCost=12)
    put("allocation.json", answer([allocation(), side]))

    columns = "cpu_requested_core_hours, gpu_requested_hours, cpu_weight, other_weight"
    assert convert(SOURCE, "2026-08", columns) == [(96, 24, 3, Decimal("0.75"))]
    assert reasons() == {"summed into its pod": 1}


def test_the_most_memory_of_a_pod_is_known_where_every_container_says_it(put, convert):
    main = allocation(rawAllocationOnly={"ramByteUsageMax": 6 * 1024**3})
    flat = allocation("b/b", {"pod": "b"}, ramByteUsageMax=1024**3)
    silent = allocation("b/c", {"pod": "b", "container": "c"})
    put("allocation.json", answer([main, flat, silent]))

    rows = convert(SOURCE, "2026-08", "pod_name, memory_used_max_gib")

    assert sorted(rows) == [("b", None), ("llm-0", 6)]


def test_adjustments_are_in_the_total_and_beside_its_parts(put, convert):
    adjusted = allocation(
        cpuCostAdjustment=-0.5, sharedCost=0.25, totalCost=11, loadBalancerCost=0
    )
    put("allocation.json", answer([adjusted]))

    assert convert(SOURCE, "2026-08", "cpu_weight, other_weight") == [
        (1, Decimal("0.25"))
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("__idle__", "idle"),
        ("inference/__idle__", "idle"),
        ("__unallocated__", "idle"),
        ("__unmounted__", "idle"),
        ("idle-timeout", "workload"),
    ],
)
def test_what_nobody_held_is_idle(name, kind, put, convert):
    put("allocation.json", answer([allocation(name)]))

    assert convert(SOURCE, "2026-08", "allocation_kind") == [(kind,)]


def test_a_newer_answer_replaces_the_workloads_of_its_windows(put, convert, reasons):
    put("old.json", answer([allocation(cpuCost=1)]))
    put("new.json", answer([allocation(cpuCost=2)]), 1)

    assert convert(SOURCE, "2026-08", "cpu_weight") == [(2,)]
    assert reasons() == {"a newer row has its window and workload": 1}


def test_what_was_not_measured_is_unknown_and_not_zero(put, convert):
    put("allocation.json", answer([allocation(gpuUsageAverage=None, cpuCost=None)]))

    columns = "gpu_used_hours, cpu_weight, memory_weight"
    assert convert(SOURCE, "2026-08", columns) == [(None, None, Decimal("0.5"))]


def test_a_negative_quantity_is_left_out_by_name(put, convert, reasons):
    put("allocation.json", answer([allocation(cpuCoreUsageAverage=-1)]))

    assert convert(SOURCE, "2026-08", "pod_name") == []
    assert reasons() == {"a quantity below zero": 1}


CSV = (
    "Date,Namespace,ControllerKind,ControllerName,Pod,Container,CPUCoreUsageAverage,"
    "CPUCoreRequestAverage,RAMBytesUsageAverage,RAMBytesRequestAverage,GPUs,CPUCost,"
    "RAMCost,NetworkCost,PVCost,GPUCost,TotalCost,Labels\n"
    "2026-08-13,search,deployment,llm,llm-0,vllm,0.5,1,1073741824,2147483648,2,0.2,"
    '0.1,0,0.05,4,4.35,"{""app"":""llm""}"\n'
)


def test_the_csv_export_has_the_cluster_of_the_settings(put, convert, settings):
    put("export.csv", CSV)
    chosen = settings.model_copy(
        update={"opencost": OpenCostSettings(cluster_name="inference")}
    )

    rows = convert(
        SOURCE,
        "2026-08",
        "cluster_name, window_end::text, cpu_requested_core_hours, "
        "memory_used_gib_hours, gpu_requested_hours, gpu_weight, other_weight",
        chosen,
    )

    assert rows == [("inference", "2026-08-14 00:00:00", 24, 24, 48, 4, 0)]


def test_the_parquet_exporter_joins_names_by_dots(settings, convert):
    pq.write_table(
        pa.table(
            {
                "name": ["llm-0"],
                "properties.cluster": ["inference"],
                "properties.pod": ["llm-0"],
                "window.start": ["2026-08-13T00:00:00Z"],
                "window.end": ["2026-08-14T00:00:00Z"],
                "running_minutes": [1440.0],
                "cpuCoreRequestAverage": [2.0],
                "cpuCoreUsageAverage": [float("nan")],
                "cpuCost": [1.25],
                "ramCost": [0.5],
                "totalCost": [1.75],
            }
        ),
        settings.exports_dir / "k8s_opencost.parquet",
    )

    rows = convert(
        SOURCE,
        "2026-08",
        "cluster_name, pod_name, cpu_requested_core_hours, cpu_used_core_hours, "
        "cpu_weight, other_weight",
    )

    assert rows == [("inference", "llm-0", 48, None, Decimal("1.25"), 0)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"window": {}}, "row 1: window_start is empty, expected a time"),
        ({"window": {"start": "soon"}}, "row 1: window_start is 'soon'"),
    ],
)
def test_a_window_without_a_start_is_refused(fields, said, put, settings):
    put("k8s/allocation.json", answer([allocation(**fields)]))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert f"opencost: k8s/allocation.json, {said}" in refusal.reason


def test_the_documented_answer_has_its_totals(real_exports, put, convert):
    documented = real_exports / "opencost" / "allocation-example-output.json"
    put("allocation.json", documented.read_bytes())

    rows = convert(
        SOURCE,
        "2023-07",
        "source_row_number, coalesce(cpu_weight, 0) + coalesce(memory_weight, 0) + "
        "coalesce(gpu_weight, 0) + coalesce(storage_weight, 0) + "
        "coalesce(network_weight, 0) + coalesce(other_weight, 0)",
    )

    assert [row[1] for row in rows] == [
        Decimal("1.52743"),
        Decimal("0.10937"),
        Decimal("0.14136"),
    ]


def test_the_documented_export_has_its_total(real_exports, put, convert):
    put("export.csv", (real_exports / "opencost" / "export-sample.csv").read_bytes())

    rows = convert(
        SOURCE, "2023-01", "cpu_weight + memory_weight, other_weight, pod_name"
    )

    # Twice 0.010493746736011505, kept to twelve decimals.
    assert [row[0] for row in rows] == [Decimal("0.010493746736")] * 2
    assert {row[2] for row in rows} == {"opencost-8fd7f8778-s7flr"}


@pytest.mark.parametrize(
    ("parts", "weights"),
    [
        ({"gpuCost": -2, "cpuCost": 0, "ramCost": 0, "totalCost": -2}, (0, 0, 0, 0)),
        # Each part by itself: what is less than nothing of the CPUs takes none of the
        # GPUs' idle 5 away. 5 - 3 - 0 = 2 is the total, and no other part has a rest.
        ({"gpuCost": 5, "cpuCost": -3, "ramCost": 0, "totalCost": 2}, (0, 0, 5, 0)),
        # The adjustment is of the part: 1 - 4 is below zero, 4 - 1 is 3.
        (
            {
                "cpuCost": 1,
                "cpuCostAdjustment": -4,
                "ramCost": 4,
                "ramCostAdjustment": -1,
                "gpuCost": 0,
                "totalCost": 0,
            },
            (0, 3, 0, 0),
        ),
        # 1 + 1 + 1 are 3; a total of 2 leaves -1 to no part.
        ({"gpuCost": 1, "cpuCost": 1, "ramCost": 1, "totalCost": 2}, (1, 1, 1, 0)),
    ],
)
def test_idle_below_zero_is_none_part_by_part(parts, weights, put, convert, reasons):
    put("a.json", answer([allocation("__idle__", **parts)]))

    columns = "cpu_weight, memory_weight, gpu_weight, other_weight"
    assert convert(SOURCE, "2026-08", columns) == [weights]
    assert reasons() == {}


def test_idle_hours_below_zero_are_none_and_unknown_ones_stay_unknown(put, convert):
    idle = allocation("__idle__", gpuHours=-3, cpuCoreUsageAverage=None)
    put("a.json", answer([idle]))

    columns = "gpu_requested_hours, cpu_used_core_hours"
    assert convert(SOURCE, "2026-08", columns) == [(0, None)]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"cpuCoreRequestAverage": "many"}, "cpu_requested is not a number"),
        ({"cpuCoreRequestAverage": -1}, "a quantity below zero"),
        ({"minutes": -5}, "a quantity below zero"),
        ({"gpuHours": "Infinity"}, "gpu_hours is not a number"),
        ({"cpuCost": -1}, "a cost weight below zero"),
        ({"gpuCost": 2, "gpuCostAdjustment": -3}, "a cost weight below zero"),
        ({"cpuCost": "1,5"}, "cpu_cost is not a number"),
        ({"window": {"start": "soon"}}, "window_start is not a time like"),
        ({"window": DAY | {"end": "later"}}, "window_end is not a time like"),
        ({"window": DAY | {"end": DAY["start"]}}, "a window that ends as it begins"),
        ({"window": {}}, "window_start is empty"),
    ],
)
def test_an_odd_allocation_is_left_out_by_name_and_stops_no_other(
    odd, reason, put, convert, reasons
):
    other = allocation("b/b", {"pod": "b"}, **odd)
    put("a.json", answer([allocation(), other]))

    assert convert(SOURCE, "2026-08", "pod_name") == [("llm-0",)]
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1
