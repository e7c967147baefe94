"""OpenRouter's pages of activity: its bill and its usage by the day, in one file."""

import re

from pipelines.landing.source import Candidate

_KEYS = ("data", "model_permaslug", "byok_usage_inference", "requests")
_PAGE = [re.compile(rf'"{key}"\s*:') for key in _KEYS]


def is_page(candidate: Candidate) -> bool:
    """Return whether a file is a page of the activity."""
    return candidate.format == "json" and all(
        key.search(candidate.head) for key in _PAGE
    )
