"""What the kiosks in the shops were asked: their model is self-hosted.

Belongs here: a trial traced with Langfuse in August, and a log of the kiosks' own since
September. The machines and their cost are in ``onprem``.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sample_company.files import csv_text, write_gzip, write_text
from sample_company.months import AUGUST, DAY, HOUR, OCTOBER, SEPTEMBER, at
from sample_company.onprem import KIOSKS
from sample_company.seeded import between, hex_id

MODEL = "lumen-2b-kiosk"
TRIED = at("08-12 00:00")
TRIAL_DAYS, TRIAL_QUESTIONS_A_DAY = 3, 24
QUESTIONS_A_DAY = 150
PROMPT = "kiosk-answer"
LOG_HEADER = (
    "requested_at",
    "request_id",
    "provider_name",
    "model_id",
    "resource_id",
    "workload_name",
    "project_name",
    "tenant_id",
    "prompt_name",
    "prompt_version",
    "input_uncached_tokens",
    "output_tokens",
    "is_failed",
    "latency_ms",
)


def write_langfuse(out: Path) -> None:
    """Write the observations of the trial: a span per question, a generation in it."""
    lines = [
        json.dumps(observation, separators=(",", ":")) + "\n"
        for day in _trial_days()
        for number in range(TRIAL_QUESTIONS_A_DAY)
        for observation in _observed(day, number)
    ]
    write_text(out / f"observations-{AUGUST.period}.jsonl", "".join(lines))


def write_call_log(out: Path) -> None:
    """Write what the kiosks logged in each month."""
    for month in (SEPTEMBER, OCTOBER):
        rows = [
            _logged(day, number)
            for day in month.days()
            for number in range(QUESTIONS_A_DAY)
        ]
        write_gzip(out / f"kiosks-{month.period}.csv.gz", csv_text(LOG_HEADER, rows))


def _trial_days() -> Iterator[datetime]:
    return (TRIED + DAY * number for number in range(TRIAL_DAYS))


def _asked(day: datetime, number: int, a_day: int) -> tuple[datetime, int, int]:
    """Give when a question was asked, and its tokens in and out."""
    key = ("kiosk", day, number)
    asked = day + HOUR * 9 + timedelta(seconds=36_000 * number // a_day)
    return asked, int(between("300", "900", *key)), int(between("40", "160", *key, "o"))


def _observed(day: datetime, number: int) -> Iterator[dict[str, object]]:
    start, prompt, answer = _asked(day, number, TRIAL_QUESTIONS_A_DAY)
    trace = hex_id(32, "kiosk", day, number)
    end = start + timedelta(milliseconds=25 * answer)
    same: dict[str, object] = {
        "trace_id": trace,
        "project_id": "kiosk-trial",
        "environment": "trial",
        "start_time": f"{start:%Y-%m-%d %H:%M:%S}.000",
        "end_time": f"{end:%Y-%m-%d %H:%M:%S.%f}"[:-3],
        "metadata": {"provider": "hosted_vllm", "team": "stores", "app": "kiosk"},
        "level": "DEFAULT",
        "updated_at": f"{end:%Y-%m-%d %H:%M:%S.%f}"[:-3],
    }
    usage = {"input": prompt, "output": answer, "total": prompt + answer}
    yield {
        "id": trace[:16],
        "type": "SPAN",
        "parent_observation_id": None,
        "provided_model_name": None,
        "usage_details": {},
    } | same
    yield {
        "id": trace[16:],
        "type": "GENERATION",
        "parent_observation_id": trace[:16],
        "provided_model_name": MODEL,
        "usage_details": usage,
        "prompt_name": PROMPT,
        "prompt_version": 1,
    } | same


def _logged(day: datetime, number: int) -> tuple[str, ...]:
    start, prompt, answer = _asked(day, number, QUESTIONS_A_DAY)
    failed = number % 24 == 23
    return (
        f"{start:%Y-%m-%dT%H:%M:%SZ}",
        f"{day:%m%d}-{number}",
        "self-hosted",
        MODEL,
        KIOSKS,
        "kiosk",
        "stores",
        f"shop-{number % 12 + 1}",
        PROMPT,
        "2",
        str(prompt),
        "0" if failed else str(answer),
        "true" if failed else "false",
        str(25 * answer),
    )
