"""What a run is of, as a resource: one scan, one registry, however many assets read it.

Dagster makes the resource once a run in each process. `unitmill build` hands its own
scan in; a run that was started in the UI scans in `landing/deliveries`; a run without
that asset, or a process that it did not run in, reads the record of it back, once.
"""

from collections.abc import Sequence

import dagster as dg

from pipelines.defs.home import HOME
from pipelines.landing.source import Source
from pipelines.ledger.inputs import Inputs, load_inputs, scan_inputs
from pipelines.settings import Settings


class RunInputs:
    """The inputs of one run, made when they are first asked for, and kept.

    Attributes:
        note: that the run makes a part of the pipeline only; else ``""``.
    """

    def __init__(
        self,
        settings: Settings,
        sources: Sequence[Source],
        given: Inputs | None,
        note: str,
    ) -> None:
        """Begin with what was given, or with nothing."""
        self.note = note
        self._settings = settings
        self._sources = sources
        self._inputs = given

    def scanned(self) -> Inputs:
        """Give what was handed in, or look at the exports folder and the stores now.

        Raises:
            ExportError: they cannot be read.
        """
        if self._inputs is None:
            self._inputs = scan_inputs(self._settings, self._sources)
        return self._inputs

    def recorded(self) -> Inputs:
        """Give what this process knows of the run, or read the record back."""
        if self._inputs is None:
            self._inputs = load_inputs(self._settings, self._sources)
        return self._inputs


def inputs_resource(
    settings: Settings, sources: Sequence[Source], given: Inputs | None = None
) -> dg.ResourceDefinition:
    """Give the resource `inputs`, which holds the inputs of one run."""

    @dg.resource(
        required_resource_keys=HOME,
        description="The sources, the deliveries and what they make stale, once a run.",
    )
    def inputs(context: dg.InitResourceContext) -> RunInputs:
        return RunInputs(settings, sources, given, context.resources.home.note)

    return inputs
