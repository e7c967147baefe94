"""Kubeflow's training jobs, with the pods and nodes that say what they held."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.sources.usage.kubeflow import SOURCE


def condition(kind, when, status="True", reason=""):
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "lastTransitionTime": when,
    }


def job(name="bert", kind="PyTorchJob", version="kubeflow.org/v1", **status):
    done = {
        "startTime": "2026-08-15T00:05:00Z",
        "completionTime": "2026-08-15T06:05:00Z",
        "conditions": [
            condition("Created", "2026-08-15T00:00:00Z"),
            condition("Running", "2026-08-15T00:05:00Z", "False"),
            condition("Succeeded", "2026-08-15T06:05:00Z"),
        ],
    }
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "research",
            "uid": f"uid-{name}",
            "creationTimestamp": "2026-08-15T00:00:00Z",
            "labels": {"experiment": "encoders"},
        },
        "status": status or done,
    }


def pod(name, node, gpus, label="training.kubeflow.org/job-name", of="bert"):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "research", "labels": {label: of}},
        "spec": {
            "nodeName": node,
            "containers": [
                {"resources": {"limits": {"nvidia.com/gpu": str(gpus)}}},
                {"resources": {}},
            ],
        },
        "status": {"startTime": "2026-08-15T00:04:00Z"},
    }


def node(name, provider):
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {"providerID": provider},
    }


def listed(*items):
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def test_a_job_holds_the_machines_and_gpus_of_its_pods(put, convert):
    put(
        "jobs.json",
        listed(
            job(),
            pod("bert-master-0", "ip-1", 4),
            pod("bert-worker-0", "ip-2", 2),
            pod("bert-worker-1", "office", 2),
            pod("other", "ip-9", 8, of="another"),
            node("ip-1", "aws:///us-east-1a/i-0a1"),
            node("ip-2", "aws:///us-east-1b/i-0b2"),
        ),
    )

    rows = convert(
        SOURCE,
        "2026-08",
        "run_id, run_name, experiment_name, project_name, scheduler_job_id, status, "
        "submitted_at::text, started_at::text, ended_at::text, node_count, gpu_count, "
        "node_names, resource_ids",
    )

    assert rows == [
        (
            "kubeflow:uid-bert",
            "bert",
            "encoders",
            "research",
            "research/bert",
            "completed",
            "2026-08-15 00:00:00",
            "2026-08-15 00:05:00",
            "2026-08-15 06:05:00",
            3,
            Decimal(8),
            ["office"],
            ["i-0a1", "i-0b2"],
        )
    ]


def test_a_trainjob_has_its_times_from_its_pods_and_conditions(put, convert):
    made = job(
        kind="TrainJob",
        version="trainer.kubeflow.org/v1alpha1",
        conditions=[condition("Complete", "2026-08-15T02:00:00Z", reason="Done")],
    )
    label = "jobset.sigs.k8s.io/jobset-name"
    put(
        "jobs.json",
        listed(
            made,
            pod("bert-node-0", "vm", 8, label),
            node("vm", "azure:///subscriptions/5/virtualMachines/a100-1"),
        ),
    )

    rows = convert(
        SOURCE, "2026-08", "status, started_at::text, ended_at::text, resource_ids"
    )

    machine = "/subscriptions/5/virtualMachines/a100-1"
    assert rows == [
        ("completed", "2026-08-15 00:04:00", "2026-08-15 02:00:00", [machine])
    ]


def test_google_s_nodes_meet_the_bill_by_their_name(put, convert):
    put(
        "jobs.json",
        listed(
            job(),
            pod("bert-master-0", "gke-a100-1", 8),
            node("gke-a100-1", "gce://lumenloop/us-central1-a/gke-a100-1"),
        ),
    )

    assert convert(SOURCE, "2026-08", "node_names, resource_ids") == [
        (["gke-a100-1"], None)
    ]


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ([condition("Failed", "2026-08-15T02:00:00Z", reason="JobFailed")], "failed"),
        (
            [condition("Failed", "2026-08-15T02:00:00Z", reason="DeadlineExceeded")],
            "timeout",
        ),
        ([condition("Suspended", "2026-08-15T02:00:00Z")], "preempted"),
        ([condition("Running", "2026-08-15T00:10:00Z")], "running"),
        (
            [
                condition("Restarting", "2026-08-15T00:10:00Z", "False"),
                condition("Running", "2026-08-15T00:20:00Z"),
            ],
            "running",
        ),
    ],
)
def test_the_last_condition_that_is_true_says_how_a_job_stands(
    conditions, status, put, convert
):
    started = "2026-08-15T00:05:00Z"
    put("jobs.json", listed(job(startTime=started, conditions=conditions)))

    [(said, ended)] = convert(SOURCE, "2026-08", "status, ended_at::text")

    assert said == status
    assert ended == (None if status == "running" else "2026-08-15 02:00:00")


def test_a_newer_list_ends_a_job_that_ran(put, convert, reasons):
    running = job(
        startTime="2026-08-15T00:05:00Z",
        conditions=[condition("Running", "2026-08-15T00:05:00Z")],
    )
    put("old.json", listed(running))
    put("new.json", listed(job()), 1)

    assert convert(SOURCE, "2026-08", "status") == [("completed",)]
    assert reasons() == {"a newer list has its job": 1}


def test_a_job_that_never_started_is_in_the_month_of_its_creation(
    put, convert, reasons
):
    created = condition("Created", "2026-08-15T00:00:00Z")
    put("jobs.json", listed(job(conditions=[created])))

    assert convert(SOURCE, "2026-08", "run_id") == []
    assert reasons() == {"never started": 1}


def test_a_job_without_pods_holds_no_machine(put, convert):
    put("jobs.json", listed(job()))

    assert convert(SOURCE, "2026-08", "node_names, resource_ids, gpu_count") == [
        (None, None, None)
    ]


def test_a_time_that_is_none_is_refused_by_file_and_object(put, settings):
    put("k8s/jobs.json", listed(node("a", "x"), job(startTime="soon")))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "kubeflow: k8s/jobs.json, row 2: known_at is 'soon'" in refusal.reason


def test_a_list_without_a_training_job_is_not_claimed(put, settings):
    put("nodes.json", listed(node("a", "aws:///z/i-1")))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "no source recognizes it" in refusal.reason


def test_a_slice_of_a_gpu_is_its_part_and_a_node_that_comes_twice_one(put, convert):
    sliced = pod("p", "a", 1)
    sliced["spec"]["containers"][1]["resources"] = {
        "limits": {"nvidia.com/mig-3g.20gb": "2", "cpu": "4"}
    }
    other = pod("q", "a", 0)
    other["spec"]["containers"][0]["resources"] = {
        "limits": {"nvidia.com/mig-1g.6gb": "1"}
    }
    twice = node("a", "aws:///z/i-1")
    put("jobs.json", listed(job(), sliced, other, twice, twice))

    rows = convert(SOURCE, "2026-08", "gpu_count, node_count, resource_ids")

    # 1 + 2 x 3/7 of an A100 + 1/4 of an A30 = 2.107142857143.
    assert rows == [(Decimal("2.107142857143"), 1, ["i-1"])]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"startTime": "soon"}, "known_at is not a time like"),
        (
            {
                "startTime": "2026-08-15T06:05:00Z",
                "completionTime": "2026-08-15T06:00:00Z",
                "conditions": [condition("Failed", "2026-08-15T06:00:00Z")],
            },
            "it ends before it starts",
        ),
        (
            {
                "startTime": "2026-08-15T06:05:00Z",
                "completionTime": "late",
                "conditions": [condition("Failed", "2026-08-15T06:00:00Z")],
            },
            "ended_at is not a time like",
        ),
    ],
)
def test_an_odd_job_is_left_out_by_name_and_stops_no_other(
    odd, reason, put, convert, reasons
):
    put("jobs.json", listed(job(), job("other", **odd)))

    assert convert(SOURCE, "2026-08", "run_name") == [("bert",)]
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1
