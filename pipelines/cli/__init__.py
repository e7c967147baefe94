"""`unitmill`: the commands, from `init` and `build` to `query` and `rollback`.

Thin over the same Dagster definitions that the UI runs. Belongs here: the names of the
commands and how the process ends. Does not belong here: what a command does; that is in
the module of its kind, which is imported when the command is called.
"""

import ast
import atexit
import errno
import os
import sys
from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Annotated, NoReturn

import typer

from pipelines import __version__

# Each command, in the order of the help: its module here, and its function there.
COMMANDS = {
    "init": ("starting", "init"),
    "inspect": ("inspecting", "inspect_folder"),
    "fetch": ("fetching", "fetch"),
    "build": ("building", "build"),
    "ui": ("building", "ui"),
    "webserver": ("processes", "webserver"),
    "daemon": ("processes", "daemon"),
    "explain": ("explaining", "explain"),
    "pages": ("paging", "show_pages"),
    "image": ("picturing", "image"),
    "onepager": ("picturing", "onepager"),
    "query": ("asking", "query"),
    "mcp": ("agents", "mcp"),
    "tables": ("catalog", "list_tables"),
    "describe": ("catalog", "describe"),
    "export": ("exporting", "export"),
    "status": ("watching", "status"),
    "alerts": ("watching", "alerts"),
    "summary": ("summarizing", "summary"),
    "versions": ("versions", "list_versions"),
    "verify": ("versions", "verify"),
    "rollback": ("versions", "roll_back"),
    "publish-to": ("versions", "publish_to"),
    "backup": ("backing", "backup"),
    "restore": ("backing", "restore"),
    "forget": ("forgetting", "forget"),
    "rotate-key": ("forgetting", "rotate_key"),
    "scenarios": ("proposing", "show_scenarios"),
    "propose": ("proposing", "propose_tags"),
}
# These are commands of a command.
TAGS = ("propose",)


def app_of(words: Collection[str]) -> typer.Typer:
    """Give the command line as far as a call needs it.

    Args:
        words: those of the call. What is no command among them is listed in the help,
            and its module is not imported: that takes longer than the help itself.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_before)
    tags = typer.Typer(
        help="Propose the tags that resources lack.", no_args_is_help=True
    )
    # Nobody sees the list where a command is called.
    is_listed = not {*COMMANDS, "tags"} & {*words} or bool({"-h", "--help"} & {*words})
    for name, (module, function) in COMMANDS.items():
        is_called = name in words or (name in TAGS and "tags" in words)
        real = _real(module, function) if is_called else None
        command = real or _listed(module, function, with_words=is_listed)
        (tags if name in TAGS else app).command(name)(command)
    app.add_typer(tags, name="tags")
    return app


def main() -> NoReturn:
    """Run the command line and leave at once."""
    _require_utf_8()
    code: object = 0
    sys.excepthook = _say_crash
    try:
        app_of(sys.argv[1:])()
    except SystemExit as end:
        code = end.code
    except BrokenPipeError:
        # Who reads the pipe has enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except Exception as error:
        said = _sentence(error)
        if said is None:
            raise
        from pipelines.cli.screen import visible

        sys.stderr.write(visible(f"unitmill: {said}\n"))
        code = 1
    # Only a command that asked something has imported it.
    if calling := sys.modules.get(f"{__name__}.calling"):
        calling.say_sources()
    leave(code if isinstance(code, int) else 1 if code else 0)


def _require_utf_8() -> None:
    """Begin again with names of files in UTF-8, where the environment says otherwise.

    Files are named in UTF-8 whatever the locale of a cron job is; dbt and DuckDB fail
    on a name that Python decoded in another way.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


# Errors whose message is a sentence for a person, by the module that has them.
_SENTENCES = {
    "pipelines.alerting.alerts": ("AlertError",),
    "pipelines.files": ("DamagedError",),
    "pipelines.landing.errors": ("ExportError",),
    "pipelines.publishing.versions": ("PublishError",),
    "duckdb": ("IOException", "SerializationException", "FatalException"),
}


def _sentence(error: Exception) -> str | None:
    """Say what a person can do something about; None of a fault of the code."""
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        space = "; free some on the disk of the home, and call this again"
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return f"{place}{error.strerror.lower()}{space if is_full else ''}"
    for module, names in _SENTENCES.items():
        loaded = sys.modules.get(module)
        if loaded and isinstance(error, tuple(getattr(loaded, n) for n in names)):
            return str(error).strip().splitlines()[0]
    return None


def _say_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    from pipelines.cli.screen import say_crash

    say_crash(kind, error, trace)


def leave(code: int) -> NoReturn:
    """Leave the process at once.

    DuckDB's binding reports, at a regular exit, every object that Dagster's threads
    still hold: twenty lines of "nanobind: leaked" behind each good build.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public name for it
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _say_version(value: bool) -> None:
    if value:
        typer.echo(f"unitmill {__version__}")
        raise typer.Exit


def _before(
    project: Annotated[
        Path | None,
        typer.Option(
            help="The workspace: the folder of a unitmill.toml. Default: the nearest."
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Turn bills and usage exports into reconciled unit costs of AI."""
    del version
    if project is not None:
        from pipelines.cli.calling import use_project

        use_project(project)


def _real(module: str, function: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(
        import_module(f"{__name__}.{module}"), function
    )
    return found


def _listed(module: str, function: str, *, with_words: bool) -> Callable[..., object]:
    """Give a stand-in that has the name of a command, and for the help its words."""

    def command() -> None:
        raise RuntimeError(f"{module}.{function} was to be listed, not called")

    if not with_words:  # reading every module takes as long as a small command
        return command
    tree = ast.parse((Path(__file__).parent / f"{module}.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            command.__doc__ = ast.get_docstring(node)
    return command
