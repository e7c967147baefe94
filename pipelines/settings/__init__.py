"""What a user may choose: the only reader of the environment.

Values come, last one wins, from the defaults below, the workspace's ``unitmill.toml``
(every key is documented there) and environment variables
``UNITMILL_<KEY>``, with ``__`` between a section and its key. Belongs here: settings,
and the paths that follow from them. Does not belong here: what a setting changes.
"""

import os
import shlex
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from pipelines.settings.addresses import require_apart
from pipelines.settings.clouds import CloudVariables
from pipelines.settings.fetching import FetchSettings
from pipelines.settings.sections import (
    AlertSettings,
    AllocationSettings,
    AnomalySettings,
    AnthropicSettings,
    AttributionSettings,
    AwsSettings,
    CurrencySettings,
    DagsterSettings,
    EngineSettings,
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
    memory_size,
)
from pipelines.settings.variables import names_of_variables
from pipelines.settings.workspace import (
    CONFIG,
    DBT_DIR,
    PROJECT_DIR,
    SHIPPED_DIR,
    workspace_of,
)

__all__ = ["DBT_DIR", "PROJECT_DIR", "SHIPPED_DIR", "CloudVariables", "Settings"]

# Names the workspace where the current folder does not lie in it; the processes that
# `unitmill ui` starts inherit it.
PROJECT_VARIABLE = "UNITMILL_PROJECT"
# Set by Unitmill for dbt, or read by tests.
OTHER_VARIABLES = {
    PROJECT_VARIABLE,
    "UNITMILL_BUILD_DATABASE",
    "UNITMILL_MARTS_SCHEMA",
    "UNITMILL_REAL_EXPORTS",
    "UNITMILL_UI_HOSTS",
    "UNITMILL_PRIVACY_KEY",
    "UNITMILL_KILLS",
    "UNITMILL_FUZZ_SECONDS",
    "UNITMILL_FUZZ_SETS",
}


class WorkspaceError(SettingsError):
    """The folder that was named is no workspace; the message says what to do."""


class WorkspaceVariable(BaseSettings):
    """The variable that names the workspace: where settings are, and none itself."""

    unitmill_project: str = ""


def current_workspace() -> Path | None:
    """Return the workspace that was named, else the one of the current folder.

    Raises:
        WorkspaceError: the folder that was named is no workspace.
    """
    named = WorkspaceVariable().unitmill_project
    if not named:
        return workspace_of(Path.cwd())
    folder = Path(named).expanduser().resolve()
    if not (folder / CONFIG).is_file():
        raise WorkspaceError(
            f"no {CONFIG} in {folder}; make a workspace there with: "
            f"unitmill init {shlex.quote(named)}"
        )
    return folder


class Settings(BaseSettings):
    """Everything a user may choose; see unitmill.toml for the meaning of each key."""

    model_config = SettingsConfigDict(
        env_prefix="UNITMILL_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # an address may hold a password by mistake
    )

    exports: Path = Path("exports")
    home: Path = Path(".unitmill")
    closed_through: str = Field("", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")
    memory_limit: Annotated[str, AfterValidator(memory_size)] = "2GB"
    threads: int = Field(2, ge=1)
    log_format: Literal["text", "json"] = "text"

    landing: LandingSettings = LandingSettings()
    fetch: FetchSettings = FetchSettings()
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
    dagster: DagsterSettings = DagsterSettings()
    engine: EngineSettings = EngineSettings()

    _workspace: Path | None = PrivateAttr(default_factory=current_workspace)
    _started_in: Path = PrivateAttr(default_factory=Path.cwd)

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
        workspace = current_workspace()
        if workspace is None:
            return init_settings, env_settings
        toml = TomlConfigSettingsSource(settings_cls, workspace / CONFIG)
        return init_settings, env_settings, toml

    @model_validator(mode="before")
    @classmethod
    def no_variable_is_misspelt(cls, values: object) -> object:
        """Refuse UNITMILL_ variables that set nothing; they were meant to."""
        variables = {"UNITMILL_" + name.upper() for name in cls.model_fields}
        for name in os.environ:
            top = name.upper().split("__")[0]
            if top.startswith("UNITMILL_") and top not in variables | OTHER_VARIABLES:
                near = get_close_matches(name, names_of_variables(cls), 1, 0.0)
                raise ValueError(f"{name} sets nothing; did you mean {near[0]}?")
        return values

    @model_validator(mode="after")
    def publishing_is_no_landing(self) -> "Settings":
        """Refuse an object store that is read from and published to."""
        require_apart(self.publishing.object_store, self.landing.stores)
        return self

    @property
    def workspace(self) -> Path | None:
        """The folder of the unitmill.toml that was read; None without one."""
        return self._workspace

    @property
    def root_dir(self) -> Path:
        """Where relative paths start: the workspace, else the current folder."""
        return self._workspace or self._started_in

    @cached_property
    def exports_dir(self) -> Path:
        """Folder of the exports; relative paths start at the workspace."""
        return (self.root_dir / self.exports.expanduser()).resolve()

    @cached_property
    def home_dir(self) -> Path:
        """Folder that holds everything Unitmill makes."""
        return (self.root_dir / self.home.expanduser()).resolve()

    @cached_property
    def plans_dir(self) -> Path:
        """Folder of the user's conversion plans, one folder inside per vendor."""
        return (self.root_dir / self.plans.folder.expanduser()).resolve()

    @property
    def models_dir(self) -> Path | None:
        """Folder of the user's own dbt models over the marts, if it is there."""
        folder = self._workspace and self._workspace / "models"
        return folder if folder and folder.is_dir() else None

    @property
    def dagster_home(self) -> Path:
        """Dagster's own records."""
        return self.home_dir / "dagster"

    @property
    def origin_file(self) -> Path:
        """Which exports folder the home was built from, JSON."""
        return self.home_dir / "landing" / "origin.json"

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
        return (self.root_dir / Path(rates).expanduser()).resolve() if rates else None

    def reference_file(self, table: str) -> Path:
        """One of the small tables that a build reads beside the ledger, Parquet."""
        return self.home_dir / "landing" / f"{table}.parquet"

    @property
    def ledger_dir(self) -> Path:
        """The partitions: one folder of Parquet files per table, source and period."""
        return self.home_dir / "ledger"

    @property
    def build_dir(self) -> Path:
        """The private build: database, audit, never read by BI tools."""
        return self.home_dir / "build"

    @property
    def build_database(self) -> Path:
        """The DuckDB file that dbt builds in."""
        return self.build_dir / "warehouse.duckdb"

    @cached_property
    def work_dir(self) -> Path:
        """What Spark and DuckDB hand each other: a folder that both see."""
        work = self.engine.work
        return (self.root_dir / work).resolve() if work else self.home_dir / "engine"

    @property
    def notifications_file(self) -> Path:
        """Which alerts were sent to whom, JSON lines."""
        return self.home_dir / "alerts" / "notifications.jsonl"

    @property
    def targets_dir(self) -> Path:
        """How the last copy to each target went, one JSON file each."""
        return self.home_dir / "targets"

    @property
    def versions_dir(self) -> Path:
        """Published versions; ``current`` points at the newest good one."""
        return self.home_dir / "versions"


def secret(variable: str) -> SecretStr:
    """Read an environment variable that a setting names; its value is no setting."""
    return SecretStr(dict(os.environ).get(variable, ""))
