"""All vendors that can be asked, by name."""

from pipelines.fetching.vendor import Vendor
from pipelines.fetching.vendors import anthropic, openai

VENDORS: dict[str, Vendor] = {
    module.VENDOR.name: module.VENDOR for module in (openai, anthropic)
}
