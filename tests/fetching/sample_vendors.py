"""The sample company's pages as its vendors hold them: each day as it was said last."""

import json
from datetime import UTC, datetime
from pathlib import Path

from fake_vendors import day_at

from pipelines.settings import PROJECT_DIR

SAMPLE = PROJECT_DIR / "sample_exports"


def _pages(folder: Path, pattern: str):
    """Give the pages of a folder's pulls, the oldest pull first."""
    for path in sorted(folder.glob(f"*/{pattern}")):
        yield json.loads(path.read_text("utf-8"))["data"]


def openai():
    """Give what OpenAI holds: endpoint -> second -> results."""
    of = {
        "costs": ("openai/costs", "page-*.json"),
        "usage/completions": ("openai/usage", "completions-*.json"),
        "usage/embeddings": ("openai/usage", "embeddings-*.json"),
    }
    return {
        endpoint: {
            bucket["start_time"]: bucket["results"]
            for page in _pages(SAMPLE / folder, pattern)
            for bucket in page
        }
        for endpoint, (folder, pattern) in of.items()
    }


def anthropic():
    """Give what Anthropic holds: report -> day -> results."""
    of = {
        "cost_report": "anthropic/cost_report",
        "usage_report/messages": "anthropic/usage_report",
    }
    held = {
        report: {
            bucket["starting_at"][:10]: bucket["results"]
            for page in _pages(SAMPLE / folder, "page-*.json")
            for bucket in page
        }
        for report, folder in of.items()
    }
    days = held["usage_report/claude_code"] = {}
    for page in _pages(SAMPLE / "claude_code", "page-*.json"):
        for record in page:
            days.setdefault(record["date"][:10], []).append(record)
    return held


def seconds_of(day):
    """Give the second at which a day begins, and its date back."""
    return day_at(day), datetime.fromtimestamp(day_at(day), UTC).date()
