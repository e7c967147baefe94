"""All vendors that can be asked, by name."""

from pipelines.fetching.vendor import Vendor
from pipelines.fetching.vendors import (
    anthropic,
    cursor,
    github,
    langfuse,
    litellm,
    openai,
    openrouter,
)

VENDORS: dict[str, Vendor] = {
    vendor.name: vendor
    for vendor in (
        openai.VENDOR,
        anthropic.VENDOR,
        openrouter.VENDOR,
        cursor.VENDOR,
        github.VENDOR,
        langfuse.VENDOR,
        litellm.VENDOR,
    )
}
