"""The models that Lumenloop serves itself: machines, replicas, what they were asked.

Belongs here: every fact that the bill, the model servers, the GPUs and the cluster
must agree on. Does not belong here: how a system writes it down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sample_company.months import HOUR, STORY_END, Span, at
from sample_company.onprem import SERVER
from sample_company.seeded import between, hex_id

MACHINE, MACHINE_GPUS = "g6.12xlarge", 4
MACHINE_UP: Span = (at("08-12 00:00"), STORY_END)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kubernetes cluster of one machine, and what the bill calls the machine."""

    name: str
    node: str
    resource_id: str
    namespace: str


_NODE = "ip-10-4-2-17.ec2.internal"
INFERENCE = Cluster(
    "inference", _NODE, "i-0" + hex_id(16, "inference", _NODE), "search"
)
OFFICE = Cluster("office", SERVER, SERVER, "labels")


@dataclass(frozen=True, slots=True)
class Replica:
    """A model server: where it runs, on which GPUs of its machine, since when."""

    cluster: Cluster
    deployment: str
    model: str
    pod: str
    gpus: tuple[int, ...]
    precision: str
    up: Span
    requests: tuple[int, int]
    tokens: tuple[int, int]


_LLAMA = (INFERENCE, "answers-llm", "llama-3.1-8b-instruct")
_ASKED, _TOKENS = (900, 2600), (1150, 210)
# Half of the machine stays idle until the second replica comes.
REPLICAS = (
    Replica(
        *_LLAMA,
        "answers-llm-6c9f7d5b8-4kq2x",
        (0, 1),
        "fp8",
        (at("08-12 06:00"), STORY_END),
        _ASKED,
        _TOKENS,
    ),
    Replica(
        *_LLAMA,
        "answers-llm-6c9f7d5b8-t7n9w",
        (2, 3),
        "fp8",
        (at("10-05 09:00"), STORY_END),
        _ASKED,
        _TOKENS,
    ),
    Replica(
        OFFICE,
        "shop-labels",
        "qwen2.5-7b-instruct",
        "shop-labels-5d4b9c7f6-z8h2m",
        (0,),
        "int8",
        (at("08-14 08:00"), STORY_END),
        (60, 240),
        (640, 45),
    ),
)
# The server of the first replica ran out of memory and counted from 0 again; the
# cluster's metrics were lost for a night.
RESTARTED = {REPLICAS[0].pod: at("08-27 14:00")}
NO_METRICS: Span = (at("09-20 01:00"), at("09-20 08:00"))
CACHED_SHARE = ("0.22", "0.34")
PROMPT_TOKENS_PER_SECOND, RUNNING_SHARE = 4000, Decimal("0.96")
# The machine in the office runs an older server, which counts tokens and no seconds.
TELLS_SECONDS = {replica.pod for replica in REPLICAS if replica.cluster == INFERENCE}


@dataclass(frozen=True, slots=True)
class Served:
    """What a replica did in an hour; tokens in include the cached ones."""

    start: datetime
    stopped: int
    cut_off: int
    aborted: int
    tokens_in: int
    cached: int
    tokens_out: int
    seconds: int

    @property
    def prefill_seconds(self) -> Decimal:
        """What its requests spent on prompts; their cached part takes no time."""
        return Decimal(self.tokens_in - self.cached) / PROMPT_TOKENS_PER_SECOND

    @property
    def decode_seconds(self) -> Decimal:
        """What its requests spent on answers; the rest of their time they queued."""
        return Decimal(self.seconds) * RUNNING_SHARE - self.prefill_seconds

    @property
    def busy(self) -> Decimal:
        """The share of the hour in which the GPU's engine worked."""
        share = Decimal(self.tokens_out) / 850_000 + Decimal(self.tokens_in) / 9_000_000
        return min(share, Decimal("0.97")).quantize(Decimal("0.0001"))


def served(replica: Replica) -> Iterator[Served]:
    """Give what a replica did in each hour that it was up: little by night."""
    hour = replica.up[0]
    while hour < replica.up[1]:
        yield _hour(replica, hour)
        hour += HOUR


def _hour(replica: Replica, hour: datetime) -> Served:
    key = (replica.deployment, replica.pod, hour)
    low, high = replica.requests
    awake = Decimal("0.08") if hour.hour < 6 else Decimal(1)
    asked = int(awake * between(str(low), str(high), "asked", *key))
    tokens_in, tokens_out = (
        int(asked * per * between("0.9", "1.1", word, *key))
        for word, per in zip(("in", "out"), replica.tokens, strict=True)
    )
    return Served(
        start=hour,
        stopped=asked - asked // 25 - asked // 90,
        cut_off=asked // 25,
        aborted=asked // 90,
        tokens_in=tokens_in,
        cached=int(tokens_in * between(*CACHED_SHARE, "cached", *key)),
        tokens_out=tokens_out,
        seconds=int(asked * between("2.1", "3.4", "latency", *key)),
    )


def is_scraped(moment: datetime) -> bool:
    """Return whether metrics of a moment were kept."""
    return not NO_METRICS[0] <= moment <= NO_METRICS[1]
