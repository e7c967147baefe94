"""Write what Unitmill installs, and under which licenses: a page, and an SBOM.

Belongs here: reading names, versions, licenses and requirements of the installed
packages. Does not belong here: what a package is for (docs/decisions/0002), which
versions there are (the lock files). ``make docs`` writes the page, ``make sbom`` the
SBOM; ``tests/test_licenses.py`` fails when the page is not what the lock files say.
"""
# ruff: noqa: INP001 - a folder of pages with its scripts, no package

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licenses.md"
DECISION = ROOT / "docs" / "decisions" / "0002-dependencies.md"
LOCK = ROOT / "requirements-dev.lock"
CORE = "core"
# What the page and the SBOM are of, whatever machine writes them: the container's.
PLATFORM = {
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}
# Read in the package's LICENSE file (antlr4 has none: at its project), because its
# metadata does not say it, or only a family of licenses.
READ = {
    "altair": "BSD-3-Clause",
    "antlr4-python3-runtime": "BSD-3-Clause",
    "clustershell": "LGPL-2.1-or-later",
    "colorama": "BSD-3-Clause",
    "currencyconverter": "Apache-2.0",
    "gitdb": "BSD-3-Clause",
    "isodate": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "pandas": "BSD-3-Clause",
    "pathlib-abc": "PSF-2.0",
    "py4j": "BSD-3-Clause",
    "psycopg2-binary": "LGPL-3.0-or-later",  # and OpenSSL may be linked with it
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
    "uvloop": "MIT OR Apache-2.0",
}
# Other words for a license, and the SPDX identifier that they mean.
WORDS = {
    "2-clause bsd": "BSD-2-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "isc license": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}
HEAD = """# Which packages does Unitmill install, and under which licenses?

<!-- Made by `make docs` from the metadata of the installed packages; do not edit. -->

Unitmill with every extra, on Linux with Python 3.11, is {count} packages; {core} of \
them are the core, the others come with [an extra](workspace.md#install).
What is chosen and why is in [decision 0002](decisions/0002-dependencies.md); \
`make sbom` writes the same list as `sbom.json`, in CycloneDX 1.6.
The versions are those of the lock files.

The plan language has three tables and the fields of its files from the FinOps \
Foundation's focus-converter 1.0.0 (MIT); its license is in \
`pipelines/sources/plans/mapping_files/LICENSE`, and those of the scripts that draw \
pages are in `pipelines/pages/static/LICENSES.txt`.

| package | version | license | part of | for |
|---|---|---|---|---|"""
CELLS = 4  # of a library in the table of the decision
SPDX = re.compile(r"[\w.+-]+( (AND|OR|WITH) [\w.+-]+)*")


class LicenseError(Exception):
    """A package whose license nobody can say; the message says where to write it."""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package.

    Attributes:
        name: as registries compare names, such as ``ruamel-yaml``.
        version: that is installed.
        license: as an SPDX expression.
        parts: ``core``, or the extras that bring it.
        needed_by: names of the packages that require it.
    """

    name: str
    version: str
    license: str
    parts: tuple[str, ...]
    needed_by: tuple[str, ...]


@cache
def packages() -> tuple[Package, ...]:
    """Give what Unitmill installs with every extra, by name.

    Raises:
        LicenseError: a package is not installed, or states no license.
    """
    parts: dict[str, list[str]] = {}
    needed: dict[str, set[str]] = {}
    for part, texts in _asked().items():
        for name, by in _closure([Requirement(text) for text in texts]):
            needed.setdefault(name, set()).update({by} - {""})
            if part not in parts.setdefault(name, []) and CORE not in parts[name]:
                parts[name].append(part)
    return tuple(
        Package(
            name,
            _found(name).version,
            license_of(_found(name)),
            tuple(parts[name]),
            tuple(sorted(needed[name])),
        )
        for name in sorted(parts)
    )


def _closure(asked: list[Requirement]) -> Iterator[tuple[str, str]]:
    """Give each package that these require, with who requires it; twice if by two."""
    waiting = [(requirement, "") for requirement in asked]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, by = waiting.pop()
        name = canonicalize_name(requirement.name)
        yield name, by
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            environment = {**default_environment(), **PLATFORM, "extra": extra}
            for text in _found(name).requires or ():
                inner = Requirement(text)
                of_extra = "extra ==" in str(inner.marker or "")
                if of_extra == bool(extra) and (
                    inner.marker is None or inner.marker.evaluate(environment)
                ):
                    waiting.append((inner, name))


@cache
def _found(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise LicenseError(
            f"{name} is not installed, and an extra on Linux with Python 3.11 "
            "needs it; run make test with such a Python first"
        ) from None


def license_of(package: Distribution) -> str:
    """Give a package's license as an SPDX expression.

    Raises:
        LicenseError: its metadata does not say it.
    """
    name = canonicalize_name(package.metadata["Name"])
    said = [READ.get(name), package.metadata.get("License-Expression")]
    said.append(package.metadata.get("License"))
    named = package.metadata.get_all("Classifier") or ()
    said += [text.rpartition(" :: ")[2] for text in named if text.startswith("License")]
    for text in filter(None, said):
        found = WORDS.get(text.strip().lower(), text.strip())
        if SPDX.fullmatch(found.replace("(", "").replace(")", "")):
            return found
    raise LicenseError(
        f"{name} {package.version} states no license; read its LICENSE file and add it "
        "to READ in docs/licenses.py"
    )


def uses() -> Mapping[str, str]:
    """Give what decision 0002 says that each of its libraries is for."""
    found = {}
    for line in DECISION.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == CELLS:
            text = re.sub(r"\]\(([^)]+)\)", r"](decisions/\1)", cells[1])
            text = text.replace("(decisions/../", "(")
            found |= {canonicalize_name(n.strip()): text for n in cells[0].split(",")}
    return found


def page() -> str:
    """Write the page."""
    found, used = packages(), uses()
    direct = _direct()
    core = sum(one.parts == (CORE,) for one in found)
    lines = [HEAD.format(count=len(found), core=core)]
    for one in found:
        needed = "needed by " + ", ".join(one.needed_by)
        use = used.get(one.name, "") if one.name in direct else needed
        parts = ", ".join(one.parts)
        lines.append(
            f"| {one.name} | {one.version} | {one.license} | {parts} | {use} |"
        )
    return "\n".join([*lines, ""])


def sbom() -> str:
    """Write the same as a CycloneDX document, the same text for the same packages."""
    from cyclonedx.contrib.license.factories import LicenseFactory  # noqa: PLC0415
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from cyclonedx.output import make_outputter  # noqa: PLC0415
    from cyclonedx.schema import OutputFormat, SchemaVersion  # noqa: PLC0415
    from packageurl import PackageURL  # noqa: PLC0415

    from pipelines import __version__  # noqa: PLC0415

    made = LicenseFactory()
    found = packages()
    us = Component(
        name="unitmill",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="unitmill",
        licenses=[made.make_from_string("Apache-2.0")],
    )
    components = {
        one.name: Component(
            name=one.name,
            version=one.version,
            bom_ref=f"{one.name}=={one.version}",
            purl=PackageURL("pypi", name=one.name, version=one.version),
            licenses=[made.make_from_string(one.license)],
        )
        for one in found
    }
    # Of the content, so that the same packages are the same document.
    content = "".join(f"{one.name}=={one.version}\n" for one in found)
    bom = Bom(
        components=components.values(),
        serial_number=uuid5(NAMESPACE_URL, f"unitmill {__version__}\n{content}"),
        metadata=BomMetaData(component=us),
    )
    bom.metadata.timestamp = None  # type: ignore[assignment]
    for one in found:
        for by in one.needed_by:
            bom.register_dependency(components[by], [components[one.name]])
    bom.register_dependency(us, [components[name] for name in sorted(_direct())])
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return outputter.output_as_string(indent=1) + "\n"


def _direct() -> set[str]:
    """Name what pyproject.toml asks for itself."""
    texts = [text for part in _asked().values() for text in part]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def _asked() -> dict[str, list[str]]:
    """Give the requirements of the core and of each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {CORE: project["dependencies"], **project["optional-dependencies"]}
    del asked["all"]
    return asked


def locked(lock: Path = LOCK) -> dict[str, str]:
    """Give the versions that a lock file has for the platform of the page, by name."""
    environment = {**default_environment(), **PLATFORM}
    found = {}
    for line in lock.read_text("utf-8").splitlines():
        if line[:1].isalnum():
            asked = Requirement(line.rstrip(" \\"))
            if asked.marker is None or asked.marker.evaluate(environment):
                [version] = [each.version for each in asked.specifier]
                found[canonicalize_name(asked.name)] = version
    return found


if __name__ == "__main__":
    try:
        if sys.argv[1:]:
            Path(sys.argv[1]).write_text(sbom(), "utf-8")
        else:
            PAGE.write_text(page(), "utf-8")
    except LicenseError as error:
        sys.exit(f"licenses: {error}")
