"""A home belongs to the exports that it was built from."""

import pytest

from pipelines.landing.origin import (
    remember_exports,
    remembered_exports,
    require_same_exports,
)
from pipelines.landing.source import ExportError
from pipelines.ledger.inputs import scan_inputs
from pipelines.settings import Settings


@pytest.fixture
def workspace(tmp_path):
    """Give settings of a workspace: exports, and a home inside of it."""
    (tmp_path / "one" / "exports").mkdir(parents=True)
    return Settings(exports=tmp_path / "one/exports", home=tmp_path / "one/.unitmill")


def of(folder):
    return Settings(exports=folder / "exports", home=folder / ".unitmill")


def test_a_new_home_takes_any_exports(workspace):
    require_same_exports(workspace)

    assert remembered_exports(workspace) is None


def test_a_home_refuses_other_exports_and_names_both(workspace, tmp_path):
    remember_exports(workspace)
    (tmp_path / "demo").mkdir()
    forgotten = Settings(exports=tmp_path / "demo", home=workspace.home_dir)

    require_same_exports(workspace)
    with pytest.raises(ExportError) as refused:
        scan_inputs(forgotten, ())

    assert str(refused.value) == (
        f"the home {workspace.home_dir} was built from {workspace.exports_dir}, and "
        f"this call reads {tmp_path / 'demo'}: add --exports {workspace.exports_dir}, "
        "or another --home to keep the two apart, or --change-exports if the exports "
        "have moved (rows that the ledger has stay)"
    )


def test_a_workspace_that_moved_as_a_whole_is_still_the_same(workspace, tmp_path):
    remember_exports(workspace)
    moved = (tmp_path / "one").rename(tmp_path / "two")

    require_same_exports(of(moved))


def test_a_home_that_moved_alone_keeps_its_exports(workspace, tmp_path):
    remember_exports(workspace)
    workspace.home_dir.rename(tmp_path / "elsewhere")

    require_same_exports(
        Settings(exports=workspace.exports_dir, home=tmp_path / "elsewhere")
    )


def test_a_home_that_was_copied_into_another_workspace_is_refused(workspace, tmp_path):
    remember_exports(workspace)
    other = tmp_path / "two"
    (other / "exports").mkdir(parents=True)
    (other / ".unitmill" / "landing").mkdir(parents=True)
    of(other).origin_file.write_bytes(workspace.origin_file.read_bytes())

    with pytest.raises(ExportError, match="was built from"):
        require_same_exports(of(other))


def test_a_link_to_the_exports_may_lead_somewhere_else_tomorrow(workspace, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(workspace.exports_dir)
    linked = Settings(exports=link, home=workspace.home_dir)
    remember_exports(linked)
    (tmp_path / "next").mkdir()
    link.unlink()
    link.symlink_to(tmp_path / "next")

    require_same_exports(Settings(exports=link, home=workspace.home_dir))
