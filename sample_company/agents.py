"""The judge of search's answers: an agent on Claude, traced for a week of October.

Belongs here: spans of the agent, of its calls and of its tools, and what a developer
used of Claude Code. The tokens are a part of those that ``anthropic`` bills.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sample_company.anthropic import MODEL
from sample_company.files import write_gzip, write_json
from sample_company.months import DAY, HOUR, at
from sample_company.seeded import between, digest, hex_id

FIRST_DAY, DAYS, RUNS_A_DAY, CALLS_A_RUN = at("10-12 00:00"), 5, 8, 3
# The judge's second prompt asks the same with fewer examples.
SECOND_PROMPT = at("10-14 00:00")
_OUTCOMES = ("accepted", "accepted", "accepted", "sent back")
_RESOURCE = {
    "service.name": "answer-judge",
    "deployment.environment.name": "production",
    "team": "search",
}
_PROMPTED: dict[str, str | int] = {
    "gen_ai.prompt.name": "judge-answer",
    "llm.response.finish_reason": "stop",
}
Span = dict[str, object]


def write_traces(out: Path) -> None:
    """Write a file of spans per day, one line per run."""
    for day in _days():
        lines = [_line(list(_run(day, number))) for number in range(RUNS_A_DAY)]
        write_gzip(out / f"traces-{day:%Y-%m-%d}.jsonl.gz", "".join(lines))


def write_claude_code(out: Path) -> None:
    """Write one pull of the analytics: a key's tokens of each day."""
    records = [_record(day) for day in _days()]
    page = {"data": records, "has_more": False, "next_page": None}
    write_json(out / "20261103T040000Z" / "page-001.json", page)


def _days() -> Iterator[datetime]:
    return (FIRST_DAY + DAY * number for number in range(DAYS))


def _run(day: datetime, number: int) -> Iterator[Span]:
    """Give an agent's span, which repeats its calls' tokens, and what is below it."""
    began = day + HOUR * (8 + number)
    trace = hex_id(32, "trace", day, number)
    session = {"gen_ai.conversation.id": f"judge-{day:%m%d}-{number}"}
    below: list[Span] = []
    totals = [0, 0, 0]
    for call in range(CALLS_A_RUN):
        key = (day, number, call)
        prompt = int(between("6000", "14000", "judge", *key, "prompt"))
        if _version(day) == "2":
            prompt = prompt * 6 // 10
        counts = (prompt, prompt * 6 // 10, int(between("200", "700", "judge", *key)))
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        start = began + timedelta(seconds=20 * call)
        attributes = _call(counts) | _PROMPTED | session
        attributes["prompt_version"] = _version(day)
        below.append(_span((trace, f"call{call}", "agent"), start, 6, attributes))
        tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup"}
        start += timedelta(seconds=8)
        below.append(_span((trace, f"tool{call}", "agent"), start, 1, tool))
    agent = _call(totals) | {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "answer-judge",
        "outcome": _OUTCOMES[digest("judge", day, number)[0] % len(_OUTCOMES)],
    }
    yield _span((trace, "agent", ""), began, 60, agent | session)
    yield from below


def _version(day: datetime) -> str:
    return "2" if day >= SECOND_PROMPT else "1"


def _call(counts: Sequence[int]) -> dict[str, str | int]:
    prompt, cached, output = counts
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL,
        "gen_ai.usage.input_tokens": prompt,
        "gen_ai.usage.cache_read.input_tokens": cached,
        "gen_ai.usage.output_tokens": output,
        "feature": "evaluation",
    }


def _span(
    at_place: tuple[str, str, str],
    start: datetime,
    seconds: int,
    attributes: Mapping[str, str | int],
) -> Span:
    """Write a span down; its place is its trace, its name and its parent's name."""
    trace, name, parent = at_place
    first = int(start.timestamp()) * 10**9
    return {
        "traceId": trace,
        "spanId": hex_id(16, trace, name),
        "parentSpanId": hex_id(16, trace, parent) if parent else "",
        "name": name,
        "startTimeUnixNano": str(first),
        "endTimeUnixNano": str(first + seconds * 10**9),
        "attributes": _pairs(attributes),
    }


def _pairs(attributes: Mapping[str, str | int]) -> list[dict[str, object]]:
    return [
        {
            "key": key,
            "value": {"intValue": str(value)}
            if isinstance(value, int)
            else {"stringValue": value},
        }
        for key, value in attributes.items()
    ]


def _line(spans: list[Span]) -> str:
    scope = {"scope": {"name": "judge"}, "spans": spans}
    resource = {"attributes": _pairs(_RESOURCE)}
    document = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
    return json.dumps(document, separators=(",", ":")) + "\n"


def _record(day: datetime) -> dict[str, object]:
    counts = {
        name: int(between(low, high, "claude code", day, name))
        for name, low, high in (
            ("input", "900", "3000"),
            ("output", "4000", "9000"),
            ("cache_read", "90000", "240000"),
            ("cache_creation", "6000", "15000"),
        )
    }
    return {
        "date": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "actor": {"type": "api_actor", "api_key_name": "search-dev"},
        "organization_id": "org-lumenloop",
        "customer_type": "api",
        "terminal_type": "vscode",
        "core_metrics": {"num_sessions": 2},
        "tool_actions": {},
        "model_breakdown": [
            {
                "model": MODEL,
                "tokens": counts,
                "estimated_cost": {
                    "amount": int(between("9", "29", "claude code", day)),
                    "currency": "USD",
                },
            }
        ],
    }
