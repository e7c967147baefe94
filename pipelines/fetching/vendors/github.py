"""GitHub: the billing usage of an organization or an enterprise, by the month.

Other reports of its billing API say the same money in another way, so none is asked.
"""

from pipelines.fetching.vendor import (
    Question,
    Report,
    Span,
    Vendor,
    bearer,
    only_page,
    rows_in,
)
from pipelines.settings.fetching import GitHubFetch


def _month(settings: GitHubFetch, span: Span) -> Question:
    owner = f"organizations/{settings.organization}"
    if settings.enterprise:
        owner = f"enterprises/{settings.enterprise}"
    return Question(
        span,
        f"/{owner}/settings/billing/usage",
        (("year", f"{span.first.year}"), ("month", f"{span.first.month}")),
    )


def _headers(key: str, _: GitHubFetch) -> dict[str, str]:
    return {
        **bearer(key, _),
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _lacks(settings: GitHubFetch) -> str:
    if bool(settings.organization) != bool(settings.enterprise):
        return ""
    return (
        "one of fetch.github.organization and fetch.github.enterprise has to be set, "
        "to the name in its address on github.com"
    )


VENDOR = Vendor(
    name="github",
    title="GitHub",
    chosen=lambda fetch: fetch.github,
    headers=_headers,
    reports=(
        Report(
            name="usage",
            ask=_month,
            after=only_page,
            rows=rows_in("usageItems"),
            unit="month",
        ),
    ),
    key=(
        "make a token at github.com/settings/tokens: for an organization a "
        "fine-grained one with the right to read its Administration, for an enterprise "
        "a classic one of a billing manager"
    ),
    lacks=_lacks,
)
