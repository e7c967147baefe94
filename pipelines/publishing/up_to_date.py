"""Whether what is published is what a build would publish now, told at little cost.

Most calls of `unitmill build` find nothing new, and are not to wait for what builds.
Files whose hash was seen before are believed here while their size, times and inode are
the same (``landing.identity``); who publishes hashes all that it publishes, and
`unitmill verify` everything. Belongs here: that one answer, and the look that it needs.
Does not belong here: what is done where it is no, and the reasons that a person is told
(``defs.run``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.landing.hashes import Hashes
from pipelines.landing.landed import Landing
from pipelines.landing.source import Source
from pipelines.ledger import content
from pipelines.ledger.inputs import scan_inputs
from pipelines.publishing.fingerprint import changed, inputs_of_build
from pipelines.publishing.verifying import files_of
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Look:
    """What a look before a build saw.

    Attributes:
        landing: what lies in the exports folder and in the stores; a build goes on with
            it, and compares it with the ledger again, of which nothing is believed.
        is_up_to_date: whether a build would find nothing new.
    """

    landing: Landing
    is_up_to_date: bool


def look(settings: Settings, sources: Sequence[Source]) -> Look:
    """Look at the exports, and tell whether a build would find nothing new.

    Args:
        settings: of the home and the exports; the caller holds the home's lock, so that
            what is seen stays so.
        sources: the registry.

    Raises:
        ExportError: the exports cannot be read, or the home is of another folder.
    """
    hashes = Hashes(settings.hashes_file.with_name("contents.json"))
    with content.believed(hashes):
        inputs = scan_inputs(settings, sources)
        is_new = bool(inputs.stale or inputs.incomplete or inputs.is_blocked(settings))
        is_up_to_date = not is_new and _is_published(settings, hashes)
    if is_up_to_date:
        hashes.save()
    return Look(inputs.landing, is_up_to_date)


def _is_published(settings: Settings, hashes: Hashes) -> bool:
    """Return whether the version that readers see is whole, and of what is there."""
    version = _whole_version(settings, hashes)
    if version is None:
        return False
    return not changed(version.manifest.get("inputs"), inputs_of_build(settings))


def _whole_version(settings: Settings, hashes: Hashes) -> Version | None:
    """Give the version that readers see; None where there is none, or a damaged one."""
    try:
        version = current(settings)
    except PublishError:
        return None
    if version is None or any(f.holds is False for f in files_of(version, hashes.at)):
        return None
    return version
