"""Where the files of a manifest lie: its keys are of a bucket, its copy is anywhere."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from pipelines.landing.source import Candidate


def file_below(
    manifest: Candidate, key: str, candidates: Mapping[str, Candidate]
) -> Candidate | None:
    """Find a file that a manifest names; None where it is not there.

    The exports folder holds some copy of some folder of the bucket: a key's last
    parts are found below a folder that the manifest lies in too. A file of the same
    name beside another manifest is therefore never taken for this one's.

    Args:
        manifest: the manifest.
        key: the name of the file in the bucket.
        candidates: the files that are there, by name.
    """
    parts = PurePosixPath(key).parts
    folders = manifest.name.split("/")[:-1]
    for start in range(len(parts)):
        for depth in range(len(folders), -1, -1):
            name = "/".join((*folders[:depth], *parts[start:]))
            if name in candidates:
                return candidates[name]
    return None
