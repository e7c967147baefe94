"""The sections of the settings: what may be chosen of each part, and the defaults.

Belongs here: one model per section of ``unitmill.toml``. Where values come from, and
the folders that follow from them, is in ``settings``.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pipelines.settings.addresses import plain_address, plain_addresses

# Whether an invoice follows the use, or credits were bought before it.
Billing = Literal["invoiced", "prepaid"]
ENVIRONMENTS = ("production", "staging", "development", "research", "trial")


def memory_size(size: str) -> str:
    """Give a size of memory as DuckDB reads one.

    Raises:
        ValueError: it has no unit, or is nothing. DuckDB would say so of the first
            file that it opens, and the file would be blamed.
    """
    if not re.fullmatch(r"(?i)0*[1-9]\d*(\.\d+)? ?([kmgt]i?b?|%)", size.strip()):
        raise ValueError(f"{size!r} is no size; expected one such as 2GB or 1500MB")
    return size


class LandingSettings(BaseModel):
    """How export files are taken in."""

    model_config = ConfigDict(extra="forbid")

    unrecognized: Literal["block", "warn"] = "block"
    stores: Annotated[list[str], AfterValidator(plain_addresses)] = []
    personal_data: Literal["hash", "drop", "keep"] = "hash"
    expected_every_days: int = Field(40, ge=1)
    bill_from: dict[str, str] = {}


class AwsSettings(BaseModel):
    """Choices that move an AWS number."""

    model_config = ConfigDict(extra="forbid")

    cost_basis: Literal["unblended", "net_unblended"] = "unblended"


class OpenAiSettings(BaseModel):
    """What OpenAI's documents do not say themselves."""

    model_config = ConfigDict(extra="forbid")

    billing_account_id: str = "openai"
    billing: Billing = "invoiced"


class AnthropicSettings(BaseModel):
    """What Anthropic's documents do not say themselves."""

    model_config = ConfigDict(extra="forbid")

    billing_account_id: str = "anthropic"
    billing: Billing = "invoiced"


class OpenRouterSettings(BaseModel):
    """How OpenRouter is paid; it sells credits."""

    model_config = ConfigDict(extra="forbid")

    billing: Billing = "prepaid"


class LiteLlmSettings(BaseModel):
    """Where LiteLLM's spend log is, besides the exports folder."""

    model_config = ConfigDict(extra="forbid")

    database_url_variable: str = Field("", pattern=r"^([A-Z][A-Z0-9_]*)?$")


class PlansSettings(BaseModel):
    """How users' conversion plans are run."""

    model_config = ConfigDict(extra="forbid")

    folder: Path = Path("plans")
    missing_column: Literal["null", "error"] = "null"


class CurrencySettings(BaseModel):
    """Into which currency amounts are converted beside the billed ones, and how."""

    model_config = ConfigDict(extra="forbid")

    reporting: str = Field("USD", pattern="^[A-Z]{3}$")
    rule: Literal["day", "period_average"] = "day"
    rates: str = ""


class ToleranceSettings(BaseModel):
    """What may stay unexplained before a month is not published."""

    model_config = ConfigDict(extra="forbid")

    amount: Decimal = Field(Decimal("0.01"), ge=0)
    metered_share: Decimal = Field(Decimal("0.02"), ge=0, le=1)


class TrainingSettings(BaseModel):
    """How training jobs find their machines, and what one more epoch must be worth."""

    model_config = ConfigDict(extra="forbid")

    node_tag: str = "slurm-node"
    slurm_time_zone: str = "UTC"
    epoch_gain_floor: Decimal = Field(Decimal("0.005"), ge=0, le=1)


class OpenCostSettings(BaseModel):
    """What OpenCost's CSV does not say itself."""

    model_config = ConfigDict(extra="forbid")

    cluster_name: str = ""


class KubernetesSettings(BaseModel):
    """What becomes of the part of a node that no workload held."""

    model_config = ConfigDict(extra="forbid")

    idle: Literal["keep", "share"] = "keep"


class AttributionSettings(BaseModel):
    """Which tags of the bill name whose a charge is."""

    model_config = ConfigDict(extra="forbid")

    team_tag: str = "team"
    project_tag: str = "project"
    feature_tag: str = "feature"
    tenant_tag: str = "tenant"
    environment_tag: str = "environment"


class TagsSettings(BaseModel):
    """Which tags a charge must have, and how else people spell them."""

    model_config = ConfigDict(extra="forbid")

    required: list[str] = ["team", "project", "environment"]
    key_aliases: dict[str, str] = {"env": "environment", "app": "project"}
    value_aliases: dict[str, str] = {"prod": "production", "dev": "development"}
    allowed_values: dict[str, list[str]] = {"environment": list(ENVIRONMENTS)}


class AllocationSettings(BaseModel):
    """How costs find their owners, and how many must."""

    model_config = ConfigDict(extra="forbid")

    unused_commitments: Literal["keep", "share"] = "keep"
    least_coverage: Decimal = Field(Decimal("0.8"), ge=0, le=1)
    unclassified_share: Decimal = Field(Decimal("0.01"), ge=0, le=1)


class ForecastSettings(BaseModel):
    """When a day counts, and which series are worth a forecast."""

    model_config = ConfigDict(extra="forbid")

    settling_days: int = Field(2, ge=0)
    least_days: int = Field(63, ge=56)
    floor: Decimal = Field(Decimal(1), ge=0)


class AnomalySettings(BaseModel):
    """How far a day must be from the expected cost to be an anomaly."""

    model_config = ConfigDict(extra="forbid")

    floor: Decimal = Field(Decimal(25), ge=0)
    threshold: Decimal = Field(Decimal("0.25"), ge=0)
    charge_categories: list[str] = ["Usage"]


class AlertSettings(BaseModel):
    """Whether alerts are sent, which, and where to."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = True
    max_age_days: int = Field(31, ge=0)
    token_drift_threshold: Decimal = Field(Decimal("0.25"), gt=0)
    token_drift_floor: Decimal = Field(Decimal(5), ge=0)
    commitment_notice_days: list[Annotated[int, Field(ge=0)]] = [90, 30, 7]
    channels: dict[str, Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]] = {
        "default": "ALERT_URLS"
    }
    summary_teams: list[str] = []
    pages_address: str = Field("", pattern=r"^(https?://[^\s@?#]+)?$")


class UsageSettings(BaseModel):
    """What counts as unused or as resolved, and how full a smaller machine may be."""

    model_config = ConfigDict(extra="forbid")

    least_observed: Decimal = Field(Decimal("0.95"), ge=0, le=1)
    target_utilization: Decimal = Field(Decimal("0.8"), gt=0, le=1)
    cold_after_days: int = Field(90, ge=1)
    output_token_weight: Decimal = Field(Decimal(4), gt=0)
    resolved_outcomes: list[str] = [
        "accepted",
        "completed",
        "resolved",
        "solved",
        "succeeded",
        "success",
    ]


class ScenarioSettings(BaseModel):
    """What the what-ifs assume: how much of the work a scenario takes."""

    model_config = ConfigDict(extra="forbid")

    small_model_share: Decimal = Field(Decimal("0.8"), ge=0, le=1)
    batch_share: Decimal = Field(Decimal(1), ge=0, le=1)
    training_data_share: Decimal = Field(Decimal("0.5"), gt=0, le=1)
    quality_tolerance: Decimal = Field(Decimal("0.01"), ge=0, le=1)


class PostgresSettings(BaseModel):
    """The Postgres to which published versions are copied."""

    model_config = ConfigDict(extra="forbid")

    database_url_variable: str = Field("", pattern=r"^([A-Z][A-Z0-9_]*)?$")
    # The name of a version behind it must leave the whole below 64 bytes.
    schema_name: str = Field("marts", pattern=r"^[a-z_][a-z0-9_]{0,28}$")
    reader_role: str = Field("unitmill_reader", pattern=r"^([a-z_][a-z0-9_]{0,62})?$")
    ledger: bool = False


class DagsterSettings(BaseModel):
    """Where Dagster keeps its own records, where that is not the home."""

    model_config = ConfigDict(extra="forbid")

    database_url_variable: str = Field("", pattern=r"^([A-Z][A-Z0-9_]*)?$")


class PublishingSettings(BaseModel):
    """How published versions are kept, and where else they are shown."""

    model_config = ConfigDict(extra="forbid")

    keep_versions: int = Field(12, ge=2)
    object_store: Annotated[str, AfterValidator(plain_address)] = ""
    readable_by: Literal["owner", "group", "all"] = "owner"
    # With a version's name behind it, it is the name of that version's schema.
    spark_schema: str = Field("", pattern=r"^([a-z][a-z0-9_]{0,40})?$")
    postgres: PostgresSettings = PostgresSettings()


class EngineSettings(BaseModel):
    """What converts months and makes models of a row a charge: DuckDB, or a Spark."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["duckdb", "spark"] = "duckdb"
    # Spark Connect (sc://), a cluster (spark://, yarn) or processes of this machine.
    remote: str = Field("", pattern=r"^(sc://.+|spark://.+|yarn|local.*)?$")
    work: str = ""
    models: Literal["none", "row", "all"] = "row"
    options: dict[str, str] = {}

    @model_validator(mode="after")
    def spark_has_an_address(self) -> "EngineSettings":
        """Refuse Spark without the address of one."""
        if self.kind == "spark" and not self.remote:
            raise ValueError(
                'engine.kind is "spark", and engine.remote names none; set it to the '
                'address of one, such as "sc://spark.example:15002"'
            )
        return self
