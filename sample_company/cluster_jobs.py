"""The platform team's own training: Ray jobs, and Kubeflow's since October.

Belongs here: what Ray's Jobs API and ``kubectl get -o json`` say of jobs on the
reserved machine of Azure, which is a node of the team's cluster.
"""

from datetime import datetime, timedelta
from pathlib import Path

from sample_company.azure.details import GROUP
from sample_company.files import write_json
from sample_company.mlflow import milliseconds
from sample_company.months import at
from sample_company.seeded import base32_id

MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/plt-a100-1"
NODE, NAMESPACE = "aks-a100-1", "ml"
_FAILS = 3
_WEEK = timedelta(days=7)
# A job a week; the one of 25 August fails.
_RAY = tuple(
    (
        base32_id(16, "ray", week),
        f"ticket-lora-{week + 1}",
        at("08-04 07:30") + _WEEK * week,
        98 if week != _FAILS else 31,
        "SUCCEEDED" if week != _FAILS else "FAILED",
    )
    for week in range(8)
)
KUBEFLOW = tuple(
    (f"ticket-lora-{week + 9}", at("10-05 08:00") + _WEEK * week, 92, "Succeeded")
    for week in range(4)
)


def _ray_job(
    name: str, run: str, start: datetime, hours: int, status: str
) -> dict[str, object]:
    return {
        "type": "SUBMISSION",
        "job_id": None,
        "submission_id": f"raysubmit_{name}",
        "driver_info": None,
        "status": status,
        "entrypoint": f"python tune.py --run {run}",
        "message": None,
        "error_type": None,
        "start_time": milliseconds(start),
        "end_time": milliseconds(start + timedelta(hours=hours)),
        "metadata": {
            "run_name": run,
            "project": "ticket-triage",
            "resource_ids": MACHINE.lower(),
            "gpu_count": "1",
        },
        "runtime_env": {},
        "driver_exit_code": 0 if status == "SUCCEEDED" else 1,
    }


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _job(name: str, start: datetime, hours: int, condition: str) -> dict[str, object]:
    end = _time(start + timedelta(hours=hours))
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "PyTorchJob",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": f"6f1b0c2e-0000-4000-8000-{start:%Y%m%d%H%M}",
            "creationTimestamp": _time(start - timedelta(minutes=3)),
            "labels": {"project": "ticket-triage", "experiment": "ticket-lora"},
        },
        "status": {
            "startTime": _time(start),
            "completionTime": end,
            "conditions": [
                {"type": condition, "status": "True", "lastTransitionTime": end}
            ],
        },
    }


def _pod(job: str, start: datetime) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{job}-master-0",
            "namespace": NAMESPACE,
            "labels": {"training.kubeflow.org/job-name": job},
        },
        "spec": {
            "nodeName": NODE,
            "containers": [{"resources": {"limits": {"nvidia.com/gpu": "1"}}}],
        },
        "status": {"phase": "Succeeded", "startTime": _time(start)},
    }


def write_ray(out: Path) -> None:
    """Write the list of jobs."""
    write_json(out / "jobs.json", [_ray_job(*job) for job in _RAY])


def write_kubeflow(out: Path) -> None:
    """Write one list of jobs, their pods and the node."""
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NODE},
        "spec": {"providerID": f"azure://{MACHINE}"},
    }
    jobs = [_job(*job) for job in KUBEFLOW]
    pods = [_pod(name, start) for name, start, *_ in KUBEFLOW]
    document = {"apiVersion": "v1", "kind": "List", "items": [*jobs, *pods, node]}
    write_json(out / "jobs.json", document)
