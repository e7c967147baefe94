"""Bedrock's invocation logs of October: every token of its bill, call by call.

Belongs here: lines of calls without a prompt or an answer. The tokens are those that
``aws.bedrock`` bills.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from sample_company.aws.bedrock import Used, used
from sample_company.calls import Call, calls
from sample_company.files import write_gzip
from sample_company.months import OCTOBER, at
from sample_company.seeded import digest, hex_id
from sample_company.story import MARKETING, SEARCH

# Account and model -> the id that calls it, and tokens of an average call: answers over
# pages that search found, most of them cached, and digests of documents. All are within
# what the models take (200k tokens and more) and give (Nova 10k).
MODELS = {
    (SEARCH, "Sonnet"): ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 60_000),
    (MARKETING, "Sonnet"): (
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        48_000,
    ),
    (SEARCH, "NovaLite"): ("amazon.nova-lite-v1:0", 50_000),
    (MARKETING, "NovaPro"): ("amazon.nova-pro-v1:0", 40_000),
}
# Marketing's fourth prompt for drafts sends more examples and asks for three variants:
# fewer calls, each of them longer, and some of them cut off.
DRAFTS = (MARKETING, "Sonnet")
FOURTH_PROMPT, LONGER_CALL = at("10-15 00:00"), 67_200
_PROMPTS = {DRAFTS: "copy-drafts", (SEARCH, "Sonnet"): "search-answers"}
_ROLES = {SEARCH: "search-answers", MARKETING: "content-drafts"}
_FEATURES = {SEARCH: ("answers", "rewrites", "digests"), MARKETING: ("drafts",)}
_TENANTS = ("northwind", "contoso", "tailspin", "fabrikam")


def write_bedrock_logs(out: Path) -> None:
    """Write a file of calls per account and day."""
    for day in OCTOBER.days():
        for account in (SEARCH, MARKETING):
            lines = [
                line
                for row in used(OCTOBER)
                if (row.day, row.account) == (day, account)
                for line in _lines(row)
            ]
            name = f"{day:%Y%m%d}T235500000Z_{hex_id(16, 'bedrock', account, day)}"
            folder = out / "AWSLogs" / account / "BedrockModelInvocationLogs"
            # Bedrock has folders per hour; names and places are free.
            path = folder / "us-east-1" / f"{day:%Y/%m}" / f"{name}.json.gz"
            write_gzip(path, "".join(lines))


def _lines(row: Used) -> Iterator[str]:
    model, size = MODELS[row.account, row.model]
    if _version(row) == "4":
        size = LONGER_CALL
    totals = (row.uncached, row.cache_read, row.cache_write, row.output)
    made = list(calls(row.day, totals, size, row.account, row.model))
    for call in made:
        yield _line(row, model, call)
    # Once a day the quota is reached: a call without tokens.
    yield _line(row, model, made[-1], "ThrottlingException")


def _version(row: Used) -> str:
    """Give the version of the prompt that the calls of a day are made of."""
    is_fourth = (row.account, row.model) == DRAFTS and row.day >= FOURTH_PROMPT
    return "4" if is_fourth else "3"


def _prompt(row: Used) -> dict[str, str]:
    name = _PROMPTS.get((row.account, row.model))
    return {"prompt_name": name, "prompt_version": _version(row)} if name else {}


def _line(row: Used, model: str, call: Call, error: str = "") -> str:
    chance = digest("bedrock", row.day, row.account, row.model, call.number)[1]
    features = _FEATURES[row.account]
    uncached, read, write, output = call.tokens
    record: dict[str, object] = {
        "timestamp": f"{call.at:%Y-%m-%dT%H:%M:%SZ}",
        "accountId": row.account,
        "identity": {
            "arn": f"arn:aws:sts::{row.account}:assumed-role/"
            f"{_ROLES[row.account]}/calls"
        },
        "region": "us-east-1",
        "requestId": _request_id(row, call.number, error),
        "operation": "Converse",
        "modelId": model,
        "requestMetadata": {
            "team": "search" if row.account == SEARCH else "marketing",
            "feature": features[chance % len(features)],
            "tenant": _TENANTS[chance // 8 % len(_TENANTS)],
            **_prompt(row),
        },
        "input": {"inputContentType": "application/json"},
        "output": {"outputContentType": "application/json"},
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    }
    if error:
        record["errorCode"] = error
    else:
        cut_off_of = 14 if _version(row) == "4" else 70
        record["input"] = {
            "inputContentType": "application/json",
            "inputTokenCount": uncached,
            "cacheReadInputTokenCount": read,
            "cacheWriteInputTokenCount": write,
        }
        record["output"] = {
            "outputContentType": "application/json",
            "outputTokenCount": output,
            "outputBodyJson": {
                "stopReason": "end_turn" if chance % cut_off_of else "max_tokens",
                "metrics": {"latencyMs": call.milliseconds},
            },
        }
    return json.dumps(record, separators=(",", ":")) + "\n"


def _request_id(row: Used, number: int, error: str) -> str:
    head = hex_id(8, "bedrock", row.account, row.model, row.day, error)
    return f"{head}-0000-4000-8000-{number:012d}"
