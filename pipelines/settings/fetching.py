"""How vendors are asked for their pages: the section ``fetch`` of the settings.

Belongs here: addresses, accounts, and the names of the environment variables that hold
keys. Does not belong here: a key, and what is asked (``fetching``).
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^([\w.-]+)?$")]

# A user, a password or a query could be a credential, which then stood in every record.
_ADDRESS = re.compile(
    r"(https://[A-Za-z0-9][\w.-]*|http://(127\.0\.0\.1|localhost|\[::1\]))(:\d+)?"
    r"(/[\w.~-]+)*",
    re.ASCII,
)


def _address(given: str) -> str:
    """Give an address without a slash at its end; '' is none.

    Raises:
        ValueError: it is no address, and is not repeated.
    """
    plain = given.rstrip("/")
    if plain and not _ADDRESS.fullmatch(plain):
        raise ValueError(
            "this is no address to fetch from; expected https://host (http:// only on "
            "this machine), with no user, password, key or query in it"
        )
    return plain


Address = Annotated[str, AfterValidator(_address)]


class VendorSettings(BaseModel):
    """How one vendor is asked."""

    model_config = ConfigDict(extra="forbid")

    key_variable: Variable
    base_url: Address
    # A name of the owner's, of the folder; two accounts of a vendor are two folders.
    account: str = Field("default", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    requests_per_minute: int = Field(60, ge=1)
    leave_out: list[str] = []


class OpenAiFetch(VendorSettings):
    """How OpenAI is asked."""

    key_variable: Variable = "OPENAI_ADMIN_KEY"
    base_url: Address = "https://api.openai.com"


class AnthropicFetch(VendorSettings):
    """How Anthropic is asked."""

    key_variable: Variable = "ANTHROPIC_ADMIN_KEY"
    base_url: Address = "https://api.anthropic.com"


class OpenRouterFetch(VendorSettings):
    """How OpenRouter is asked."""

    key_variable: Variable = "OPENROUTER_MANAGEMENT_KEY"
    base_url: Address = "https://openrouter.ai"


class CursorFetch(VendorSettings):
    """How Cursor is asked; it allows a team 20 requests a minute."""

    key_variable: Variable = "CURSOR_ADMIN_KEY"
    base_url: Address = "https://api.cursor.com"
    requests_per_minute: int = Field(18, ge=1)


class GitHubFetch(VendorSettings):
    """How GitHub is asked, and about whom."""

    key_variable: Variable = "GITHUB_BILLING_TOKEN"
    base_url: Address = "https://api.github.com"
    organization: Name = ""
    enterprise: Name = ""


class LangfuseFetch(VendorSettings):
    """How Langfuse is asked: where its owner runs it, by two keys of a project."""

    key_variable: Variable = "LANGFUSE_SECRET_KEY"
    public_key_variable: Variable = "LANGFUSE_PUBLIC_KEY"
    base_url: Address = ""
    requests_per_minute: int = Field(30, ge=1)


class LiteLlmFetch(VendorSettings):
    """How a LiteLLM gateway is asked, where its owner runs it."""

    key_variable: Variable = "LITELLM_MASTER_KEY"
    base_url: Address = ""
    # It is its owner's, and a page of it is short.
    requests_per_minute: int = Field(300, ge=1)


class FetchSettings(BaseModel):
    """From when on vendors are asked, and how each is."""

    model_config = ConfigDict(extra="forbid")

    since: str = Field("", pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")
    openai: OpenAiFetch = OpenAiFetch()
    anthropic: AnthropicFetch = AnthropicFetch()
    openrouter: OpenRouterFetch = OpenRouterFetch()
    cursor: CursorFetch = CursorFetch()
    github: GitHubFetch = GitHubFetch()
    langfuse: LangfuseFetch = LangfuseFetch()
    litellm: LiteLlmFetch = LiteLlmFetch()
