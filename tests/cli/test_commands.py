"""The command line itself: its help, its version, and a reader who has enough."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from pipelines import __version__, cli
from pipelines.cli import COMMANDS, TAGS, app_of
from pipelines.settings import PROJECT_DIR

UNITMILL = Path(sys.executable).parent / "unitmill"
LISTED = [name for name in COMMANDS if name not in TAGS]


def unitmill(*words, **options):
    return subprocess.run(
        [UNITMILL, *words],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.parametrize("words", [["--help"], ["-h"], []], ids=" ".join)
def test_the_help_lists_every_command(words):
    text = unitmill(*words).stdout

    assert [name for name in [*LISTED, "tags"] if f"│ {name} " not in text] == []


def test_the_version_is_said():
    assert unitmill("--version").stdout == f"unitmill {__version__}\n"


@pytest.mark.parametrize("name", LISTED)
def test_every_command_has_its_help_by_h(name):
    done = CliRunner().invoke(app_of([name]), [name, "-h"], prog_name="unitmill")

    assert done.exit_code == 0
    assert f"Usage: unitmill {name}" in done.stdout


def test_what_the_help_says_of_a_command_is_what_the_command_says():
    listed = typer.main.get_command(app_of([])).commands
    called = typer.main.get_command(app_of(COMMANDS)).commands

    assert {n: c.help for n, c in listed.items()} == {
        n: c.help for n, c in called.items()
    }
    assert all(command.help for command in called.values())


def test_the_help_imports_no_command_and_nothing_heavy():
    script = (
        "import sys; from pipelines.cli import app_of; app_of(['--help']); "
        "print(sorted({'duckdb', 'pyarrow', 'dagster', 'pydantic'} & {*sys.modules}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "command", ["tables", "describe", "query", "explain", "versions", "status"]
)
def test_a_question_loads_only_what_answers_it(command):
    """What reads files, builds or sends takes longer to load than most answers."""
    heavy = {"apprise", "dagster", "great_expectations", "jinja2", "numpy", "pyarrow"}
    script = (
        f"import sys; from pipelines.cli import app_of; app_of(['{command}']); "
        f"print(sorted({heavy} & {{*sys.modules}}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"


def test_every_module_of_a_command_has_it():
    folder = Path(cli.__file__).parent
    for module, function in COMMANDS.values():
        tree = ast.parse((folder / f"{module}.py").read_text("utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in names


def test_a_misspelt_command_is_answered_with_the_nearest():
    done = unitmill("quer")

    assert done.returncode == 2
    assert "Did you mean 'query'" in done.stderr


@pytest.mark.slow
def test_a_reader_of_a_pipe_may_stop_early(sample_settings):
    done = subprocess.run(
        f"'{UNITMILL}' query --format csv --home '{sample_settings.home_dir}' "
        "'select * from focus' | head -n 2",
        shell=True,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.count("\n") == 2
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
