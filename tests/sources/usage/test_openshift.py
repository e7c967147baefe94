"""The Cost Management Metrics Operator: pods, and the GPUs that they held."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.sources.usage.openshift import SOURCES

PODS, GPUS = SOURCES
HOUR = (
    "2026-10-01 00:00:00 +0000 UTC,2026-11-01 00:00:00 +0000 UTC,"
    "2026-10-06 18:00:00 +0000 UTC,2026-10-06 18:59:59 +0000 UTC,"
)
PERIOD = "report_period_start,report_period_end,interval_start,interval_end,"
POD_HEADER = PERIOD + (
    "node,namespace,pod,pod_usage_cpu_core_seconds,pod_request_cpu_core_seconds,"
    "pod_usage_memory_byte_seconds,pod_request_memory_byte_seconds,resource_id,"
    "pod_labels\n"
)
GPU_HEADER = PERIOD + (
    "node,namespace,pod,gpu_uuid,gpu_model_name,gpu_memory_capacity_mib,"
    "gpu_pod_uptime,gpu_pod_utilization,gpu_max_slices,mig_instance_id,mig_profile\n"
)


def test_a_pod_is_what_it_asked_for_and_used_in_the_hour(put, convert):
    put(
        "pods.csv",
        POD_HEADER + HOUR + "n1,search,llm-0,1800.0,7200.0,3865470566400,"
        "7730941132800,i-0abc,label_app:llm|label_url:http://x\n",
    )

    rows = convert(
        PODS,
        "2026-10",
        "window_start::text, window_end::text, node_name, resource_id, pod_name, "
        "labels::text, cpu_used_core_hours, cpu_requested_core_hours, "
        "memory_used_gib_hours, memory_requested_gib_hours, cpu_weight",
    )

    # 3,865,470,566,400 byte seconds are an hour of one GiB.
    assert rows == [
        (
            "2026-10-06 18:00:00",
            "2026-10-06 19:00:00",
            "n1",
            "i-0abc",
            "llm-0",
            '{"app":"llm","url":"http://x"}',
            Decimal("0.5"),
            2,
            1,
            2,
            None,
        )
    ]


def test_a_gpu_and_a_slice_are_busy_for_a_part_of_their_uptime(put, convert):
    put(
        "gpus.csv",
        GPU_HEADER
        + (HOUR + "n1,search,llm-0,GPU-1,NVIDIA L40S,46068,45.0,40.0,,,\n")
        + (HOUR + "n1,search,llm-1,GPU-2,NVIDIA A100,40960,60.0,50.0,7,2,3g.20gb\n"),
    )

    rows = convert(
        GPUS,
        "2026-10",
        "gpu_id, gpu_fraction, observed_hours, allocated_hours, busy_hours, "
        "memory_total_gib, busy_signal",
    )

    signal = "gpu_pod_utilization"
    assert rows == [
        (
            "GPU-1",
            1,
            Decimal("0.75"),
            Decimal("0.75"),
            Decimal("0.3"),
            Decimal("44.988281"),
            signal,
        ),
        ("GPU-2/2", Decimal("0.428571428571"), 1, 1, Decimal("0.5"), 40, signal),
    ]


def test_the_operators_other_files_are_counted_only(put, convert, reasons):
    put("nodes.csv", PERIOD + "node,node_labels\n" + HOUR + "n1,label_a:b\n")

    assert convert(PODS, "2026-10", "pod_name") == []
    assert reasons() == {"it says nothing of what a pod held": 1}


def test_a_newer_file_replaces_the_hours_of_its_pods(put, convert, reasons):
    row = HOUR + "n1,search,llm-0,{},0,0,0,i-0abc,\n"
    put("old.csv", POD_HEADER + row.format(3600))
    put("new.csv", POD_HEADER + row.format(7200), 1)

    assert convert(PODS, "2026-10", "cpu_used_core_hours, labels") == [(2, None)]
    assert reasons() == {"a newer row has its hour and pod": 1}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("GPU-1,L40S,46068,61.0,40.0,,,", "more or less minutes than an hour has"),
        ("GPU-1,L40S,46068,60.0,140.0,,,", "a value that its metric cannot have"),
        (",L40S,46068,60.0,40.0,,,", "a GPU without UUID"),
    ],
)
def test_what_cannot_be_true_is_left_out_by_name(cells, reason, put, convert, reasons):
    put("gpus.csv", GPU_HEADER + HOUR + f"n1,search,llm-0,{cells}\n")

    assert convert(GPUS, "2026-10", "gpu_id") == []
    assert reasons() == {reason: 1}


def test_an_hour_that_is_no_time_is_refused(put, settings):
    put("ocp/pods.csv", POD_HEADER + "a,b,soon,later,n1,s,p,1,1,1,1,i,\n")

    [refusal] = scan(settings, SOURCES).refusals

    assert "openshift: ocp/pods.csv, row 1: interval_start is 'soon'" in refusal.reason


def test_the_operators_own_pods_are_read(real_exports, put, convert, reasons):
    for path in (real_exports / "openshift_operator").glob("*.csv"):
        if "gpu" not in path.name:
            put(path.name, path.read_bytes())

    pods = convert(PODS, "2020-11", "pod_name, cpu_requested_core_hours")

    assert len(pods) == 5
    assert pods[0] == ("apiserver-6b74f489cb-tqsrm", Decimal("0.1"))
    assert reasons() == {"it says nothing of what a pod held": 8}


def test_the_operators_own_gpus_are_read(real_exports, put, convert):
    name = "cm-openshift-nvidia-gpu-usage-202011.csv"
    put("gpus.csv", (real_exports / "openshift_operator" / name).read_bytes())

    sums = convert(GPUS, "2020-11", "sum(busy_hours), sum(observed_hours), count(*)")

    # 8.943608 + 8.835391 + 12.5 + 7.2 + 5.8 + 3.5 per cent of an hour each.
    assert sums == [(Decimal("0.46778999"), 6, 6)]


@pytest.mark.parametrize(
    ("labels", "read"),
    [
        ("label_app:llm|label_team:search", '{"app":"llm","team":"search"}'),
        # Of a label that comes twice the first value counts.
        ("label_app:a|label_app:b", '{"app":"a"}'),
        ("app:a|label_app:b", '{"app":"a"}'),
        ("label_url:http://x:80/y", '{"url":"http://x:80/y"}'),
        ("label_", None),
        ("|||", None),
        ("label_x:", '{"x":""}'),
        ("a b c", None),
    ],
)
def test_odd_labels_stop_no_pod(labels, read, put, convert):
    put("pods.csv", POD_HEADER + HOUR + f"n1,s,p,1,1,1,1,i,{labels}\n")

    assert convert(PODS, "2026-10", "labels::varchar") == [(read,)]


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        # Three of an A100's seven slices; two of an A30's four; 0 slices are unknown,
        # so seven.
        ("60.0,40.0,7,1,3g.20gb", "0.428571428571"),
        ("60.0,40.0,4,1,2g.12gb", "0.5"),
        ("60.0,40.0,0,1,1g.5gb", "0.142857142857"),
        ("60.0,40.0,4,1,7g.40gb", "a MIG profile larger than its GPU"),
        ("60.0,40.0,7,1,all", "a MIG profile that names no slices"),
        ("60.0,40.0,7,1,0g.5gb", "a MIG profile that names no slices"),
        ("NaN,40.0,,,", "gpu_pod_uptime is not a number"),
        ("60.0,inf,,,", "gpu_pod_utilization is not a number"),
    ],
)
def test_an_odd_gpu_is_left_out_by_name(cells, kept, put, convert, reasons):
    put("gpus.csv", GPU_HEADER + HOUR + f"n1,search,llm-0,GPU-1,A,46068,{cells}\n")

    rows = convert(GPUS, "2026-10", "gpu_fraction::varchar")

    if reasons():
        assert rows == []
        assert reasons() == {kept: 1}
    else:
        [(fraction,)] = rows
        assert Decimal(fraction) == Decimal(kept)
