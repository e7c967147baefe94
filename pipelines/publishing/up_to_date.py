"""Whether what is published is what a build would publish now, told at little cost.

Most calls of `unitmill build` find nothing new, and are not to wait for what builds.
Files whose hash was seen before are believed here while their size, times and inode are
the same (``landing.identity``); who publishes hashes all that it publishes, and
`unitmill verify` everything. Belongs here: that one answer. Does not belong here: what
is done where it is no, and the reasons that a person is told (``defs.run``).
"""

from collections.abc import Sequence

from pipelines.landing.hashes import Hashes
from pipelines.landing.source import Source
from pipelines.ledger import content
from pipelines.ledger.inputs import scan_inputs
from pipelines.publishing.fingerprint import changed, inputs_of_build
from pipelines.publishing.verifying import files_of
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.settings import Settings


def is_up_to_date(settings: Settings, sources: Sequence[Source]) -> bool:
    """Return whether a build would find nothing new.

    Args:
        settings: of the home and the exports; the caller holds the home's lock, so that
            what is seen stays so.
        sources: the registry.

    Raises:
        ExportError: the exports cannot be read, or the home is of another folder.
    """
    memory = settings.hashes_file.with_name("contents.json")
    hashes = Hashes(memory)
    with content.believed(hashes):
        # The cheapest first: a home without a version is not looked at twice.
        version = _whole_version(settings, hashes)
        if version is None:
            return False
        if changed(version.manifest.get("inputs"), inputs_of_build(settings)):
            return False
        inputs = scan_inputs(settings, sources)
    hashes.save()
    blocked = inputs.landing.refusals and settings.landing.unrecognized == "block"
    return not (inputs.stale or inputs.incomplete or blocked)


def _whole_version(settings: Settings, hashes: Hashes) -> Version | None:
    """Give the version that readers see; None where there is none, or a damaged one."""
    try:
        version = current(settings)
    except PublishError:
        return None
    if version is None or any(f.holds is False for f in files_of(version, hashes.at)):
        return None
    return version
