"""A workspace of one's own: made, found from below, and never mixed with another."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipelines.cli.starting import starting_settings
from pipelines.landing.origin import remember_exports
from pipelines.settings import PROJECT_DIR, Settings


@pytest.fixture
def workspace(call, tmp_path):
    made = call("init", "mine")
    assert made.returncode == 0, made.stderr
    return tmp_path / "mine"


def test_a_new_workspace_has_a_place_for_everything(workspace):
    there = {p.relative_to(workspace).as_posix() for p in workspace.glob("*")}

    assert there == {".gitignore", "README.md", "exports", "plans", "unitmill.toml"}


def chosen_in(table):
    """Give what is chosen, without sections in which nothing is."""
    inner = {k: chosen_in(v) if isinstance(v, dict) else v for k, v in table.items()}
    return {key: value for key, value in inner.items() if value != {}}


def test_its_settings_say_every_default_and_choose_only_the_folders(workspace):
    text = (workspace / "unitmill.toml").read_text("utf-8")
    shipped = (PROJECT_DIR / "unitmill.toml").read_text("utf-8")

    assert chosen_in(tomllib.loads(text)) == {"exports": "exports", "home": ".unitmill"}
    # Every line of the shipped file is there; one that sets something is a comment.
    assert len(text.splitlines()) == len(shipped.splitlines())
    assert "\n# threads = 2\n" in text
    assert starting_settings("[a]\nb = [\n  1,\n]\n") == "[a]\n# b = [\n#   1,\n# ]\n"


def test_a_workspace_is_made_once_and_overwrites_nothing(call, tmp_path):
    (tmp_path / "README.md").write_text("ours")

    assert call("init").returncode == 0
    again = call("init")

    assert (tmp_path / "README.md").read_text() == "ours"
    assert again.returncode == 2
    assert "unitmill.toml is there already; this folder is a workspace" in again.stderr


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        (["status"], "mine"),
        (["status"], "mine/exports"),
        (["status", "--project", "mine"], "."),
        (["--project", "mine", "status"], "."),
        (["status", "--project", "../mine"], "elsewhere"),
    ],
)
def test_a_command_finds_its_workspace(call, workspace, tmp_path, words, folder):
    (tmp_path / "elsewhere").mkdir()

    asked = call(*words, folder=folder)

    assert asked.returncode == 1
    # `explain` has a --project of its own, so the workspace stands before the command.
    named = "" if folder.startswith("mine") else f" --project {workspace}"
    hint = f"no home in {workspace}/.unitmill yet; run: unitmill{named} build\n"
    assert hint in asked.stderr
    outside = "mine" not in folder
    assert (f"--project {workspace}" in asked.stderr) == outside


def test_without_a_workspace_a_command_says_how_to_make_one(call, tmp_path):
    asked = call("build")

    assert asked.returncode == 2
    assert " ".join(asked.stderr.split()) == (
        f"unitmill: no unitmill.toml in {tmp_path} or above; make a workspace "
        "with: unitmill init, name one with --project, or name a --home"
    )


def test_a_folder_that_is_no_workspace_is_named(call, tmp_path):
    asked = call("status", "--project", tmp_path / "nowhere")

    assert asked.returncode == 2
    assert f"no unitmill.toml in {tmp_path}/nowhere; " in asked.stderr


def test_a_hint_carries_the_home_that_was_asked(call, workspace, tmp_path):
    home = tmp_path / "a b"

    asked = call("query", "select 1", "--home", home, folder="mine")

    assert f"no home in {home} yet" in asked.stderr
    assert f"run: unitmill build --home '{home}'" in asked.stderr


@pytest.mark.parametrize("command", ["build", "ui"])
def test_a_forgotten_flag_does_not_mix_two_bills(call, workspace, tmp_path, command):
    (tmp_path / "billing").mkdir()
    home = tmp_path / "bill"
    remember_exports(Settings(exports=tmp_path / "billing", home=home))

    refused = call(command, "--home", home, folder="mine")

    assert refused.returncode == 2
    assert f"the home {home} was built from {tmp_path}/billing" in refused.stderr
    assert f"reads {workspace}/exports: add --exports" in refused.stderr


def test_exports_that_moved_are_named_once(call, workspace, tmp_path):
    (tmp_path / "billing").mkdir()
    home = tmp_path / "bill"
    remember_exports(Settings(exports=tmp_path / "billing", home=home))
    shutil.move(tmp_path / "billing", tmp_path / "bills")
    words = ["build", "--home", home, "--exports", tmp_path / "bills"]

    refused = call(*words, folder="mine")
    named = call(*words, "--change-exports", folder="mine")
    later = call(*words, folder="mine")

    assert "--change-exports if the exports have moved" in refused.stderr
    # It goes on to read the folder, which is empty.
    assert "nothing to read in" in named.stderr
    assert "nothing to read in" in later.stderr


def test_a_home_without_a_workspace_keeps_its_exports(call, tmp_path):
    (tmp_path / "billing").mkdir()
    home = tmp_path / "bill"
    remember_exports(Settings(exports=tmp_path / "billing", home=home))

    built = call("build", "--home", home)

    assert f"nothing to read in {tmp_path}/billing" in built.stderr


@pytest.mark.parametrize(
    "name", ["it's", "bill #1", "what?", "50%20", "a*b", "[a]", "$a"]
)
def test_a_folder_whose_name_is_misread_is_refused_before_anything_is_made(
    call, workspace, tmp_path, name
):
    home = tmp_path / name

    made = call("init", home)
    built = call("build", "--home", home, folder="mine")
    opened = call("ui", "--home", home, folder="mine")

    for refused in (made, built, opened):
        assert refused.returncode == 2
        assert f"the home {home} has " in refused.stderr
        assert "rename the folder, or name a --home" in refused.stderr
    assert not home.exists()


def test_a_folder_of_another_odd_name_is_a_workspace(call, tmp_path):
    name = 'my "bill" für {a} & b;(c)+@d'

    made = call("init", name)
    built = call("build", folder=name)

    assert f"Next: cd '{name}', put exports into exports/" in made.stdout
    assert f"nothing to read in {tmp_path}/{name}/exports" in built.stderr


@pytest.mark.parametrize("command", ["versions", "alerts"])
def test_a_home_without_a_version_is_said(call, tmp_path, command):
    asked = call(command, "--home", tmp_path / "none")

    assert asked.returncode == 1
    assert f"no home in {tmp_path}/none yet; run: unitmill build" in asked.stderr


def test_the_next_command_works_from_the_folder_that_it_is_said_for(tmp_path):
    unitmill = Path(sys.executable).parent / "unitmill"
    made = subprocess.run(
        [os.path.relpath(unitmill, tmp_path), "init", "mine"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PATH"} | {"PATH": "/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    [folder, *_, build] = made.stdout.splitlines()[-1].split(", ")
    program = build.removeprefix("then: ").removesuffix(" build")
    assert folder == "Next: cd mine"
    assert (tmp_path / "mine" / program).resolve() == unitmill.resolve()


def test_a_home_is_of_the_workspace_that_it_lies_in(call, workspace, tmp_path):
    """Its settings, plans and models count, wherever it is built from."""
    (workspace / "unitmill.toml").write_text('home = "made"\nexports = "bills"\n')
    (workspace / "bills").mkdir()
    assert call("init", "other").returncode == 0

    built = call("build", "--home", workspace / "made", folder="other")

    assert f"nothing to read in {workspace}/bills" in built.stderr


def test_a_setting_that_is_wrong_is_named_with_what_was_expected(workspace, call):
    config = workspace / "unitmill.toml"
    config.write_text('memory_limit = "4000"\nthreads = 0\n' + config.read_text())

    refused = call("build", folder="mine")

    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1] == (
        "unitmill: settings (unitmill.toml or UNITMILL_ variables): memory_limit: "
        "'4000' is no size; expected one such as 2GB or 1500MB; "
        "threads: Input should be greater than or equal to 1"
    )
