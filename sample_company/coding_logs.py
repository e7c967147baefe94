"""Local logs of coding agents: Claude Code's of training, and Codex's of one developer.

Belongs here: sessions of October, each a file in the folder of its developer. A message
is written twice while it arrives, and one session is resumed in a second file.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sample_company.coding import CLAUDE_CODE, DEVELOPERS, Developer, holders
from sample_company.files import write_text
from sample_company.months import DAY, at
from sample_company.seeded import between, hex_id

FIRST_DAY, DAYS, MESSAGES = at("10-05 00:00"), 3, 3
_MODEL, _CODEX = "claude-sonnet-4-5-20250929", "gpt-5-codex"
_CODEX_USER = DEVELOPERS[10]


def write_claude_code_logs(out: Path) -> None:
    """Write a session a day and developer; the last one is resumed."""
    for developer in holders(CLAUDE_CODE):
        folder = out / f"user={developer.address}" / "projects" / developer.repository
        for number in range(DAYS):
            day = FIRST_DAY + DAY * number
            session = hex_id(12, "claude", day, developer.number)
            lines = list(_session(day, developer, session))
            write_text(folder / f"{session}.jsonl", _text(lines))
        again = lines + list(_session(day, developer, session, first=MESSAGES))
        write_text(folder / f"{session}-resumed.jsonl", _text(again))


def write_codex_logs(out: Path) -> None:
    """Write a session a day."""
    for number in range(DAYS):
        day = FIRST_DAY + DAY * number
        lines = list(_rollout(day, _CODEX_USER))
        name = f"rollout-{day:%Y-%m-%d}.jsonl"
        write_text(
            out / f"user={_CODEX_USER.address}" / "sessions" / name, _text(lines)
        )


def _text(lines: list[dict[str, object]]) -> str:
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def _session(
    day: datetime, developer: Developer, session: str, first: int = 0
) -> Iterator[dict[str, object]]:
    for number in range(first, first + MESSAGES):
        key = ("claude", day, developer.number, number)
        output = int(between("400", "2400", *key, "out"))
        moment = day + timedelta(hours=9 + number, minutes=developer.number)
        usage: dict[str, object] = {
            "input_tokens": int(between("4", "30", *key, "in")),
            "cache_creation_input_tokens": int(between("9000", "24000", *key, "w")),
            "cache_read_input_tokens": int(between("30000", "160000", *key, "r")),
            "service_tier": "standard",
        }
        for seconds, written in ((0, 1), (20, output)):
            yield {
                "parentUuid": hex_id(8, *key),
                "isSidechain": False,
                "cwd": f"/code/{developer.repository}",
                "sessionId": session,
                "gitBranch": "main",
                "type": "assistant",
                "timestamp": _time(moment + timedelta(seconds=seconds)),
                "requestId": f"req_{hex_id(12, *key)}",
                "message": {
                    "id": f"msg_{hex_id(12, *key)}",
                    "role": "assistant",
                    "model": _MODEL,
                    "content": [],
                    "usage": usage | {"output_tokens": written},
                },
            }


def _rollout(day: datetime, developer: Developer) -> Iterator[dict[str, object]]:
    start = day + timedelta(hours=10)
    cwd = f"/code/{developer.repository}"
    yield _line(start, "session_meta", {"id": hex_id(12, "codex", day), "cwd": cwd})
    yield _line(start, "turn_context", {"cwd": cwd, "model": _CODEX})
    total = [0, 0, 0, 0]
    for number in range(MESSAGES):
        key = ("codex", day, number)
        counts = (
            int(between("20000", "70000", *key, "in")),
            int(between("9000", "19000", *key, "cached")),
            int(between("300", "1500", *key, "out")),
            int(between("50", "250", *key, "reasoning")),
        )
        total = [some + more for some, more in zip(total, counts, strict=True)]
        info = {
            "total_token_usage": _counts(total),
            "last_token_usage": _counts(counts),
        }
        # Again where only the rate limit changed.
        for seconds in (0, 1):
            moment = start + timedelta(minutes=5 * (number + 1), seconds=seconds)
            yield _line(moment, "event_msg", {"type": "token_count", "info": info})


def _counts(counts: tuple[int, ...] | list[int]) -> dict[str, int]:
    prompt, cached, output, reasoning = counts
    return {
        "input_tokens": prompt,
        "cached_input_tokens": cached,
        "output_tokens": output,
        "reasoning_output_tokens": reasoning,
        "total_tokens": prompt + output,
    }


def _line(moment: datetime, kind: str, payload: object) -> dict[str, object]:
    return {"timestamp": _time(moment), "type": kind, "payload": payload}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
