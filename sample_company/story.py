"""What happened at Lumenloop: accounts, machines, windows, training runs.

Belongs here: every fact that two systems must agree on. A run is written once and
AWS, Ferrum, Slurm and MLflow are all written from it. Does not belong here: how a
system prices it or writes it down.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sample_company.months import STORY_END, Span, at

PAYER = "000123456789"
TRAINING = "210000000001"
SEARCH = "210000000002"
MARKETING = "210000000003"
ACCOUNT_NAMES = {
    PAYER: "lumenloop",
    TRAINING: "ml-training",
    SEARCH: "search-prod",
    MARKETING: "marketing-prod",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A Slurm node: the machine that a run occupies."""

    name: str
    partition: str
    machine: str
    gpus: int
    gpu_type: str
    cpus: int
    memory: str


P4D_1 = Node("gpu-p4d-1", "p4d", "p4d.24xlarge", 8, "a100", 96, "1152G")
P4D_2 = Node("gpu-p4d-2", "p4d", "p4d.24xlarge", 8, "a100", 96, "1152G")
G5_1 = Node("gpu-g5-1", "spot", "g5.12xlarge", 4, "a10g", 48, "192G")
G5_2 = Node("gpu-g5-2", "spot", "g5.12xlarge", 4, "a10g", 48, "192G")
C6I_1 = Node("cpu-c6i-1", "cpu", "c6i.8xlarge", 0, "", 32, "64G")
H100_1 = Node("frm-h100-01", "ferrum", "ferrum.h100x8", 8, "h100", 192, "2048G")
H100_2 = Node("frm-h100-02", "ferrum", "ferrum.h100x8", 8, "h100", 192, "2048G")
P4D = (P4D_1, P4D_2)
G5 = (G5_1, G5_2)
H100 = (H100_1, H100_2)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One stretch of a run; Slurm gives each requeued stretch its own record."""

    start: datetime
    end: datetime
    state: str
    exit_code: str = "0:0"

    @property
    def hours(self) -> Decimal:
        """Length in hours."""
        return Decimal(int((self.end - self.start).total_seconds())) / 3600


@dataclass(frozen=True, slots=True)
class Run:
    """A Slurm job. Without steps per hour it trains nothing and logs no metrics."""

    job: int
    name: str
    project: str
    nodes: tuple[Node, ...]
    attempts: tuple[Attempt, ...]
    steps_per_hour: int
    checkpoint_every: int

    @property
    def start(self) -> datetime:
        """When the first attempt began."""
        return self.attempts[0].start

    @property
    def last(self) -> Attempt:
        """The attempt that decided how the run ended."""
        return self.attempts[-1]


_EXIT = {"FAILED": "1:0", "OUT_OF_MEMORY": "0:125", "PREEMPTED": "0:15"}
_PACE = {  # steps per hour and steps between checkpoints
    "p4d": (900, 10_000),
    "spot": (1_400, 3_000),
    "ferrum": (1_600, 16_000),
    "cpu": (0, 0),
}


def _attempt(text: str) -> Attempt:
    start, _, rest = text.partition(" +")
    length, _, state = rest.partition(" ")
    began = at(start)
    ended = began + timedelta(hours=float(length))
    return Attempt(began, ended, state, _EXIT.get(state, "0:0"))


def _run(
    job: int, name: str, project: str, nodes: tuple[Node, ...], *attempts: str
) -> Run:
    pace, checkpoint = _PACE[nodes[0].partition]
    if project == "evaluation":
        pace, checkpoint = 0, 0
    tried = tuple(_attempt(text) for text in attempts)
    return Run(job, name, project, nodes, tried, pace, checkpoint)


_FM, _RANK, _EVAL, _DATA = "foundation-models", "ranking", "evaluation", "data-prep"
_KILLED = "CANCELLED by 1001"

# '<start> +<hours> <state>'. A spot node that is taken away ends its attempt with
# PREEMPTED, and Slurm starts the same job again when the node is back.
RUNS = (
    _run(4101, "lumen-7b-pretrain-a", _FM, (P4D_1,), "08-04 01:00 +92 COMPLETED"),
    _run(4107, "tokenizer-prep", _DATA, (C6I_1,), "08-05 10:00 +10 COMPLETED"),
    _run(
        4105,
        "rerank-distill",
        _RANK,
        (G5_1,),
        "08-06 09:00 +9.5 PREEMPTED",
        "08-06 20:00 +11 PREEMPTED",
        "08-07 10:00 +7 COMPLETED",
    ),
    _run(4102, "lumen-7b-pretrain-b", _FM, P4D, "08-08 02:00 +60 COMPLETED"),
    _run(4108, "lumen-13b-pretrain", _FM, H100, "08-10 08:00 +70 COMPLETED"),
    _run(4103, "lumen-7b-lr-sweep", _FM, (P4D_1,), "08-10 18:00 +30 FAILED"),
    _run(4106, "embed-v2", _RANK, (G5_2,), "08-11 08:00 +14 COMPLETED"),
    _run(4104, "lumen-7b-lr-sweep-2", _FM, (P4D_1,), "08-12 06:00 +58 COMPLETED"),
    _run(4109, "lumen-13b-sft", _FM, (H100_1,), "08-13 09:00 +20 OUT_OF_MEMORY"),
    _run(4110, "lumen-13b-sft-small", _FM, (H100_1,), "08-14 07:00 +26 COMPLETED"),
    _run(4111, "lumen-7b-continue", _FM, (P4D_1,), "08-18 04:00 +118 COMPLETED"),
    _run(4112, "lumen-7b-eval", _EVAL, (P4D_1,), f"08-23 20:00 +22 {_KILLED}"),
    _run(4113, "lumen-7b-dpo", _FM, (P4D_1,), "08-25 02:00 +98 COMPLETED"),
    _run(4114, "lumen-9b-pretrain", _FM, P4D, "08-30 00:00 +96 COMPLETED"),
    _run(4216, "corpus-dedup", _DATA, (C6I_1,), "09-02 10:00 +11 COMPLETED"),
    _run(4201, "lumen-9b-anneal", _FM, (P4D_1,), "09-03 06:00 +120 COMPLETED"),
    _run(4213, "lumen-13b-long", _FM, H100, "09-07 08:00 +100 COMPLETED"),
    _run(4202, "lumen-9b-sft", _FM, (P4D_1,), "09-08 14:00 +88 COMPLETED"),
    _run(
        4210,
        "rerank-v3",
        _RANK,
        (G5_1,),
        "09-09 08:00 +12 PREEMPTED",
        "09-09 21:00 +6.5 PREEMPTED",
        "09-10 05:00 +10 COMPLETED",
    ),
    _run(4214, "vision-adapter", _FM, (H100_1,), "09-11 15:00 +30 FAILED"),
    _run(4203, "lumen-9b-sft-ablate", _FM, (P4D_1,), "09-12 16:00 +40 FAILED"),
    _run(4215, "vision-adapter-2", _FM, (H100_1,), "09-13 01:00 +28 COMPLETED"),
    _run(4204, "lumen-9b-dpo", _FM, P4D, "09-14 20:00 +72 COMPLETED"),
    _run(4211, "embed-v3", _RANK, G5, "09-16 08:00 +20 COMPLETED"),
    _run(4205, "lumen-9b-long-context", _FM, (P4D_1,), "09-18 06:00 +120 COMPLETED"),
    _run(4212, "intent-classifier", _RANK, (G5_2,), "09-22 07:00 +8 OUT_OF_MEMORY"),
    _run(4206, "lumen-9b-eval", _EVAL, (P4D_1,), "09-24 10:00 +20 COMPLETED"),
    _run(4207, "lumen-9b-moe-a", _FM, (P4D_1,), "09-25 12:00 +96 COMPLETED"),
    _run(4208, "lumen-9b-moe-b", _FM, (P4D_1,), "09-29 22:00 +60 COMPLETED"),
    _run(4315, "corpus-refresh", _DATA, (C6I_1,), "10-01 10:00 +12 COMPLETED"),
    _run(4301, "lumen-12b-pretrain", _FM, P4D, "10-02 20:00 +150 COMPLETED"),
    _run(
        4310,
        "rerank-v4",
        _RANK,
        (G5_1,),
        "10-06 08:00 +7 PREEMPTED",
        "10-06 17:00 +13 COMPLETED",
    ),
    _run(4302, "lumen-12b-sft", _FM, (P4D_1,), "10-09 12:00 +90 COMPLETED"),
    _run(4313, "vision-13b", _FM, H100, "10-12 08:00 +120 COMPLETED"),
    _run(4311, "embed-v4", _RANK, G5, "10-13 08:00 +16 COMPLETED"),
    _run(4303, "lumen-12b-sft-b", _FM, (P4D_1,), f"10-13 12:00 +36 {_KILLED}"),
    _run(4304, "lumen-12b-dpo", _FM, (P4D_1,), "10-15 08:00 +100 COMPLETED"),
    _run(4314, "vision-13b-sft", _FM, (H100_1,), "10-17 12:00 +40 COMPLETED"),
    _run(
        4312,
        "intent-classifier-2",
        _RANK,
        (G5_2,),
        "10-20 09:00 +5 PREEMPTED",
        "10-20 16:00 +3.5 PREEMPTED",
        "10-21 08:00 +9 COMPLETED",
    ),
    _run(4305, "lumen-12b-eval", _EVAL, (P4D_1,), "10-20 20:00 +30 COMPLETED"),
    _run(4306, "lumen-12b-distill", _FM, (P4D_1,), "10-22 10:00 +110 COMPLETED"),
    _run(4307, "lumen-12b-final", _FM, (P4D_1,), "10-27 12:00 +130 RUNNING"),
)

# Nodes that somebody keeps up; the others come up for a run (see windows). The gaps
# of gpu-p4d-1 in August leave a part of its savings plan unused.
_KEPT_UP: dict[str, tuple[Span, ...]] = {
    P4D_1.name: (
        (at("08-04 00:00"), at("08-15 00:00")),
        (at("08-18 00:00"), STORY_END),
    ),
    P4D_2.name: (
        (at("08-08 00:00"), at("08-10 22:00")),
        (at("08-29 20:00"), at("09-03 12:00")),
        (at("09-14 16:00"), at("09-18 04:00")),
        (at("10-02 16:00"), at("10-09 20:00")),
    ),
    H100_1.name: (
        (at("08-10 06:00"), at("08-15 18:00")),
        (at("09-07 06:00"), at("09-14 18:00")),
        (at("10-12 04:00"), at("10-19 20:00")),
    ),
    H100_2.name: (
        (at("08-10 06:00"), at("08-13 18:00")),
        (at("09-07 06:00"), at("09-12 00:00")),
        (at("10-12 04:00"), at("10-17 20:00")),
    ),
}
_WARM_UP = timedelta(minutes=30)
_LINGER = timedelta(hours=2)


def windows(node: Node) -> tuple[Span, ...]:
    """Give the spans in which a node was up: its runs and some idle time around."""
    if node.name in _KEPT_UP:
        return _KEPT_UP[node.name]
    tried = sorted(
        (attempt.start, attempt.end, attempt.state == "PREEMPTED")
        for run in RUNS
        if node in run.nodes
        for attempt in run.attempts
    )
    return tuple(
        (start - _WARM_UP, end if taken_away else end + _LINGER)
        for start, end, taken_away in tried
    )


@dataclass(frozen=True, slots=True)
class FineTuning:
    """A SageMaker training job."""

    name: str
    instance_type: str
    start: datetime
    minutes: int
    spot: bool = False
    failed: bool = False

    @property
    def end(self) -> datetime:
        """When billing of the job stopped."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def arn(self) -> str:
        """The name that the bill and the tracking server share."""
        return f"arn:aws:sagemaker:us-east-1:{SEARCH}:training-job/{self.name}"


_G5, _P4 = "ml.g5.12xlarge", "ml.p4d.24xlarge"
FINE_TUNINGS = (
    FineTuning("ranker-finetune-0805", _G5, at("08-05 13:00"), 312),
    FineTuning("ranker-finetune-0819", _G5, at("08-19 09:15"), 414),
    FineTuning("query-rewriter-0826", _P4, at("08-26 07:30"), 750),
    FineTuning("ranker-finetune-0908", _G5, at("09-08 10:00"), 336, spot=True),
    FineTuning("query-rewriter-0915", _P4, at("09-15 06:00"), 96, failed=True),
    FineTuning("query-rewriter-0916", _P4, at("09-16 06:45"), 840),
    FineTuning("ranker-finetune-1006", _G5, at("10-06 08:30"), 378, spot=True),
    FineTuning("query-rewriter-1014", _P4, at("10-14 05:00"), 930),
    FineTuning("answer-judge-1021", _G5, at("10-21 22:30"), 258),
)
# Nobody logged this one; only SageMaker itself has a record of it.
UNTRACKED = (FineTuning("query-router-1024", _G5, at("10-24 10:00"), 150),)
