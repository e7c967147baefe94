"""What Unitmill installs: no package without a license, none under the GPL alone."""

import importlib.util
import json
import sys

import pytest
from license_expression import get_spdx_licensing

from pipelines.settings import PROJECT_DIR

SPEC = importlib.util.spec_from_file_location(
    "licenses", PROJECT_DIR / "docs" / "licenses.py"
)
licenses = importlib.util.module_from_spec(SPEC)
sys.modules["licenses"] = licenses
SPEC.loader.exec_module(licenses)

# Who gives these on must give on everything under them, or may not sell it.
STRICT = ("GPL-", "AGPL-", "SSPL-", "BUSL-", "Elastic-", "CC-BY-NC")


def is_strict(expression):
    """Return whether no way to use it is free of a strict license."""
    parts = getattr(expression, "args", ())
    if not parts or type(expression).__name__ == "LicenseWithExceptionSymbol":
        return str(expression).startswith(STRICT) and " WITH " not in str(expression)
    choose = all if expression.operator.strip() == "OR" else any
    return choose(map(is_strict, parts))


@pytest.fixture(scope="module")
def found():
    try:
        return licenses.packages()
    except licenses.LicenseError as error:
        if sys.version_info[:2] != (3, 11) and "is not installed" in str(error):
            pytest.skip(str(error))
        raise


@pytest.mark.parametrize(
    ("text", "strict"),
    [
        ("GPL-3.0-or-later", True),
        ("MIT AND AGPL-3.0-only", True),
        ("Artistic-1.0-Perl OR GPL-2.0-or-later", False),
        ("LGPL-2.1-or-later", False),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
    ],
)
def test_a_license_is_strict_when_there_is_no_other_choice(text, strict):
    assert is_strict(get_spdx_licensing().parse(text, validate=True)) is strict


def test_every_package_has_a_license_that_is_not_strict(found):
    parse = get_spdx_licensing().parse

    strict = [one for one in found if is_strict(parse(one.license, validate=True))]

    assert strict == []
    assert len(found) > 100


def test_a_package_that_states_no_license_is_named():
    class Package:
        version = "1.0"
        metadata = __import__("email").message_from_string("Name: Mystery\n")

    with pytest.raises(licenses.LicenseError, match=r"mystery 1\.0 states no license"):
        licenses.license_of(Package)


def test_what_is_installed_is_what_the_locks_have(found):
    installed = {one.name: one.version for one in found}
    everywhere = licenses.locked()
    core = {one.name for one in found if one.parts == (licenses.CORE,)}

    assert {name: everywhere.get(name) for name in installed} == installed
    for name in ("requirements.lock", "deploy/requirements.lock"):
        lock = licenses.locked(PROJECT_DIR / name)
        assert core <= {*lock}, name
        assert {one: everywhere.get(one) for one in lock} == lock, name


def test_locks_name_no_registry():
    for lock in (
        *PROJECT_DIR.glob("requirements*.lock"),
        *PROJECT_DIR.glob("*/*.lock"),
    ):
        assert "://" not in lock.read_text("utf-8"), lock.name


def test_the_page_is_what_is_installed(found):
    assert licenses.PAGE.read_text("utf-8") == licenses.page(), "run make docs"


def test_the_sbom_names_every_package_and_is_the_same_text_twice(found):
    text = licenses.sbom()

    assert text == licenses.sbom()
    written = json.loads(text)
    assert written["bomFormat"] == "CycloneDX"
    named = {part["name"]: part["version"] for part in written["components"]}
    assert named == {one.name: one.version for one in found}
    assert all(part["licenses"] and part["purl"] for part in written["components"])
    refs = {part["bom-ref"] for part in written["components"]} | {"unitmill"}
    assert {part["ref"] for part in written["dependencies"]} == refs


def test_every_requirement_of_ours_has_a_line_in_the_decision_on_dependencies():
    assert licenses._direct() - {*licenses.uses()} == set()
