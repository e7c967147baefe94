"""One build, run in this process through the same definitions that the UI shows."""

import contextlib
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from rich.console import Console
from sqlalchemy.exc import OperationalError

from pipelines.defs import build_definitions
from pipelines.defs.automation import JOB
from pipelines.defs.convert import unchanged
from pipelines.defs.instance import STARTED_HERE, prepare_dagster_home
from pipelines.defs.objecting import objections_of
from pipelines.defs.progress import Progress, progress_logger
from pipelines.defs.publish import VERSION
from pipelines.landing.landed import Landing
from pipelines.landing.source import ExportError
from pipelines.ledger.inputs import Inputs, compare, scan_inputs
from pipelines.publishing.fingerprint import few_changed, inputs_of_build
from pipelines.publishing.lock import held
from pipelines.publishing.verifying import files_of
from pipelines.publishing.versions import PublishError, current
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources
from pipelines.transform.kept import forget_kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended.

    Attributes:
        published: whether the version in the home is what the exports folder asks for.
        reasons: why it is not; or, where it is, why a target has not got it.
        log: what the run printed.
    """

    published: bool
    reasons: tuple[str, ...] = ()
    log: Path | None = None


def build(
    settings: Settings,
    console: Console,
    of_run: Callable[[str], object] = lambda _: None,
    *,
    landing: Landing | None = None,
    full: bool = False,
) -> Outcome:
    """Bring the published version up to the exports folder, even where it is.

    Args:
        settings: of the home and the exports.
        console: where progress is said.
        of_run: told the id of Dagster's run, once it has one.
        landing: what a look at the exports saw, since which the caller has held the
            home's lock; without it, this looks.
        full: whether every model and test is run, although nothing changed.

    Raises:
        BusyError: another process works in the home.
        ExportError: the exports folder is missing or has lost what is still needed, or
            an object store cannot be read.
    """
    sources = all_sources(settings)
    # Locked before the look, so that what was seen is still so when it is built.
    with held(settings, "unitmill build"):
        inputs = (
            compare(settings, sources, landing)
            if landing
            else scan_inputs(settings, sources)
        )
        inputs.require_complete()
        why = _why_not_published(settings, inputs)
        for line in _about(settings, inputs, why):
            console.print(line, soft_wrap=True, highlight=False)
        if full:
            forget_kept(settings)
        # Each source that something was delivered of; the others make no progress.
        delivered = {delivery.source for delivery in inputs.landing.deliveries}
        idle: set[str] = set()
        if not (why or full or inputs.is_blocked(settings)):
            # What is published is of this ledger and this code: only what is stale is
            # converted, and the steps of 50 other sources, and of the tables that they
            # fill, would find nothing to do.
            idle = {source.name for source in sources} - {
                stale.source.name for stale in inputs.stale
            }
        progress = Progress(console, delivered - idle, of_run)
        with contextlib.closing(progress):
            return _run(settings, inputs, progress, idle)


def _about(settings: Settings, inputs: Inputs, why: str) -> Iterator[str]:
    """Say what is built, from where, and why.

    Raises:
        ExportError: there is nothing to build from.
    """
    landing = inputs.landing
    places = ", ".join([str(settings.exports_dir), *settings.landing.stores])
    if not any(delivery.periods for delivery in landing.deliveries):
        refused = "".join(f"\n{refusal.sentence}" for refusal in landing.refusals)
        what = " that can be used:" if refused else ": put exports there"
        raise ExportError(f"nothing to read in {places}{what}{refused}")
    yield (
        f"Building from {places} (deliveries: {len(landing.deliveries)}; "
        f"months to convert: {len(inputs.stale)})"
    )
    if why and not inputs.stale:
        yield f"Reason: {why}"
    if passed_over := landing.passed_over():
        yield passed_over


def _why_not_published(settings: Settings, inputs: Inputs) -> str:
    """Say why what is published is not what the home would publish now; '' where it is.

    Damage is a reason like any other: the version is made again. It is looked for only
    where nothing is stale, for otherwise a new version is made anyway.
    """
    try:
        version = current(settings)
    except PublishError as error:
        return str(error)
    if version is None:
        return "nothing is published yet"
    now = inputs_of_build(settings)
    if changes := few_changed(version.manifest["inputs"], now):
        return f"changed since the published version: {changes}"
    findings = [] if inputs.stale else files_of(version)
    faults = [f"{f.subject}: {f.detail}" for f in findings if f.holds is False]
    return f"the published version is damaged: {faults[0]}" if faults else ""


def _run(
    settings: Settings, inputs: Inputs, progress: Progress, idle: AbstractSet[str]
) -> Outcome:
    progress.begin("preparing")
    prepare_dagster_home(settings)
    definitions = dg.Definitions.merge(
        build_definitions(settings, inputs),
        dg.Definitions(loggers={"progress": progress_logger(progress)}),
    )
    log = settings.home_dir / "build.log"
    # Dagster treats SIGTERM as it finds SIGINT, which a job in the background ignores.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        _recorded(settings),
        dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance,
        log.open("w", encoding="utf-8") as out,
        contextlib.redirect_stdout(out),
    ):
        job = definitions.resolve_job_def(JOB)
        without = unchanged(inputs.sources, idle)
        result = job.execute_in_process(
            instance=instance,
            asset_selection=sorted({*job.asset_layer.executable_asset_keys} - without),
            raise_on_error=False,
            tags=STARTED_HERE,
            run_config={"loggers": {"progress": {}}},
        )
    reasons = tuple(_reasons(result))
    # A run may succeed without its last step, where nothing came of the ones before;
    # or fail after it, where the version is published here and a target has not got it.
    if result.asset_materializations_for_node(VERSION.to_python_identifier()):
        return Outcome(published=True, reasons=reasons)
    return Outcome(published=False, reasons=reasons, log=log)


@contextlib.contextmanager
def _recorded(settings: Settings) -> Iterator[None]:
    """Say in a sentence that Dagster cannot write its records, as on a full disk."""
    try:
        yield
    except OperationalError as error:
        variable = settings.dagster.database_url_variable
        if variable:  # its text may show a part of the address
            place, why = f"the Postgres at the address in {variable}", "no answer"
        else:
            place, why = str(settings.dagster_home), str(error.orig)
        free = shutil.disk_usage(settings.home_dir).free / 1e6
        raise ExportError(
            f"Dagster's records in {place} cannot be written: {why}; {free:,.0f} MB "
            f"are free for {settings.home_dir}; make room, and build again"
        ) from error


def _reasons(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return what went wrong: the objections of checks, and steps that broke."""
    found = []
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        objections = objections_of(event)
        error = event.step_failure_data.error
        if error and not objections:
            cause = error.cause or error
            step = str(event.step_key).replace("__", "/")
            objections = [f"{step}: {_CLASS.sub('', cause.message.strip())}"]
        found += objections
    return found


_CLASS = re.compile(r"^[\w.]+(Error|Failure|Exception): ")
