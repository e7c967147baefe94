"""What a user may choose: the only reader of the environment.

Values come, last one wins, from the defaults below, ``unitmill.toml`` beside
``pyproject.toml`` (every key is documented there) and environment variables
``UNITMILL_<KEY>``, with ``__`` between a section and its key. Belongs here: settings,
and the paths that follow from them. Does not belong here: what a setting changes.
"""

import os
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipelines.settings.sections import (
    AlertSettings,
    AllocationSettings,
    AnomalySettings,
    AnthropicSettings,
    AttributionSettings,
    AwsSettings,
    CurrencySettings,
    ForecastSettings,
    KubernetesSettings,
    LandingSettings,
    LiteLlmSettings,
    OpenAiSettings,
    OpenCostSettings,
    OpenRouterSettings,
    PlansSettings,
    PublishingSettings,
    ScenarioSettings,
    TagsSettings,
    ToleranceSettings,
    TrainingSettings,
    UsageSettings,
)

# The repository. Code reads from it only by the two roots that follow.
PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
# What Unitmill ships beside its code: the dbt project and Dagster's settings.
SHIPPED_DIR = PROJECT_DIR
DBT_DIR = SHIPPED_DIR / "dbt_project"
# What is the user's: unitmill.toml, and where relative paths in it start.
WORKSPACE_DIR = PROJECT_DIR

# Set by Unitmill for dbt, or read by tests.
OTHER_VARIABLES = {
    "UNITMILL_BUILD_DATABASE",
    "UNITMILL_REAL_EXPORTS",
    "UNITMILL_KILLS",
    "UNITMILL_FUZZ_SECONDS",
}


class Settings(BaseSettings):
    """Everything a user may choose; see unitmill.toml for the meaning of each key."""

    model_config = SettingsConfigDict(
        env_prefix="UNITMILL_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # an address may hold a password by mistake
    )

    exports: Path = Path("sample_exports")
    home: Path = Path(".unitmill")
    closed_through: str = Field("", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")
    memory_limit: str = "2GB"
    threads: int = Field(2, ge=1)

    landing: LandingSettings = LandingSettings()
    aws: AwsSettings = AwsSettings()
    openai: OpenAiSettings = OpenAiSettings()
    anthropic: AnthropicSettings = AnthropicSettings()
    openrouter: OpenRouterSettings = OpenRouterSettings()
    litellm: LiteLlmSettings = LiteLlmSettings()
    plans: PlansSettings = PlansSettings()
    currency: CurrencySettings = CurrencySettings()
    tolerance: ToleranceSettings = ToleranceSettings()
    training: TrainingSettings = TrainingSettings()
    opencost: OpenCostSettings = OpenCostSettings()
    kubernetes: KubernetesSettings = KubernetesSettings()
    attribution: AttributionSettings = AttributionSettings()
    tags: TagsSettings = TagsSettings()
    allocation: AllocationSettings = AllocationSettings()
    forecast: ForecastSettings = ForecastSettings()
    anomalies: AnomalySettings = AnomalySettings()
    alerts: AlertSettings = AlertSettings()
    usage: UsageSettings = UsageSettings()
    scenarios: ScenarioSettings = ScenarioSettings()
    publishing: PublishingSettings = PublishingSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then unitmill.toml."""
        toml = TomlConfigSettingsSource(settings_cls, WORKSPACE_DIR / "unitmill.toml")
        return init_settings, env_settings, toml

    @model_validator(mode="before")
    @classmethod
    def no_variable_is_misspelt(cls, values: object) -> object:
        """Refuse UNITMILL_ variables that set nothing; they were meant to."""
        variables = {"UNITMILL_" + name.upper() for name in cls.model_fields}
        for name in os.environ:
            top = name.upper().split("__")[0]
            if top.startswith("UNITMILL_") and top not in variables | OTHER_VARIABLES:
                near = get_close_matches(name, _variables(cls), 1, 0.0)
                raise ValueError(f"{name} sets nothing; did you mean {near[0]}?")
        return values

    @cached_property
    def exports_dir(self) -> Path:
        """Folder of the exports; relative paths start at the workspace."""
        return (WORKSPACE_DIR / self.exports).resolve()

    @cached_property
    def home_dir(self) -> Path:
        """Folder that holds everything Unitmill makes."""
        return (WORKSPACE_DIR / self.home).resolve()

    @cached_property
    def plans_dir(self) -> Path:
        """Folder of the user's conversion plans, one folder inside per vendor."""
        return (WORKSPACE_DIR / self.plans.folder).resolve()

    @property
    def dagster_home(self) -> Path:
        """Dagster's own records of runs, events and schedules."""
        return self.home_dir / "dagster"

    @property
    def deliveries_file(self) -> Path:
        """The record of deliveries, Parquet."""
        return self.home_dir / "landing" / "deliveries.parquet"

    @property
    def hashes_file(self) -> Path:
        """What earlier scans hashed."""
        return self.home_dir / "landing" / "hashes.json"

    @property
    def stores_dir(self) -> Path:
        """The mirror of the object stores; below it lies what a store holds."""
        return self.home_dir / "landing" / "stores"

    @property
    def rates_file(self) -> Path | None:
        """The user's own exchange rates, where there are any."""
        rates = self.currency.rates
        return (WORKSPACE_DIR / rates).resolve() if rates else None

    def reference_file(self, table: str) -> Path:
        """One of the small tables that a build reads beside the ledger, Parquet."""
        return self.home_dir / "landing" / f"{table}.parquet"

    @property
    def ledger_dir(self) -> Path:
        """The Parquet partitions: one folder per table, source and period."""
        return self.home_dir / "ledger"

    @property
    def build_dir(self) -> Path:
        """The private build: database, audit, never read by BI tools."""
        return self.home_dir / "build"

    @property
    def build_database(self) -> Path:
        """The DuckDB file that dbt builds in."""
        return self.build_dir / "warehouse.duckdb"

    @property
    def notifications_file(self) -> Path:
        """Which alerts were sent to whom, JSON lines."""
        return self.home_dir / "alerts" / "notifications.jsonl"

    @property
    def versions_dir(self) -> Path:
        """Published versions; ``current`` points at the newest good one."""
        return self.home_dir / "versions"


class CloudVariables(BaseSettings):
    """Variables of the clouds' own tools that their SDKs leave to us; no settings."""

    azure_storage_connection_string: SecretStr = SecretStr("")


def secret(variable: str) -> SecretStr:
    """Read an environment variable that a setting names; its value is no setting."""
    return SecretStr(dict(os.environ).get(variable, ""))


def _variables(settings: type[Settings]) -> list[str]:
    """Name every variable that sets something."""
    names = []
    for name, field in settings.model_fields.items():
        section = field.annotation
        inner = getattr(section, "model_fields", {})
        names += [f"UNITMILL_{name}__{key}".upper() for key in inner]
        if not inner:
            names.append(f"UNITMILL_{name}".upper())
    return names
