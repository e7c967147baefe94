"""Log lines for programs: each is one JSON object, whatever it says."""

import json
import logging
import sys

import pytest

from pipelines.cli import journal
from pipelines.cli.calling import console, errors
from pipelines.serving.logs import JsonFormatter, line, server_config

FIELDS = ["time", "level", "event", "home", "run", "message"]


def test_a_line_has_its_fields_and_no_second_line(tmp_path):
    text = line("info", "build", 'a "b"\nü', home=tmp_path, run="1a2b", version="v")

    assert "\n" not in text
    said = json.loads(text)
    assert [*said] == [*FIELDS, "version"]
    assert (said["message"], said["run"]) == ('a "b"\nü', "1a2b")
    assert said["time"].endswith("+00:00")


def test_a_traceback_is_a_field_of_its_line(tmp_path):
    try:
        int("odd")
    except ValueError:
        record = logging.LogRecord(
            "uvicorn.error", logging.ERROR, "", 1, "%s failed", ("it",), sys.exc_info()
        )

    said = json.loads(JsonFormatter(str(tmp_path), "server").format(record))

    assert (said["level"], said["message"]) == ("error", "it failed")
    assert said["traceback"].endswith("with base 10: 'odd'")


def test_a_servers_loggers_are_those_lines(settings):
    config = server_config(settings)

    logging.config.dictConfig(config)
    for name in ("uvicorn.access", "uvicorn.error"):
        [handler] = logging.getLogger(name).handlers
        assert isinstance(handler.formatter, JsonFormatter)
        logging.getLogger(name).handlers.clear()


@pytest.fixture
def as_json(settings, monkeypatch):
    for each in (console, errors):
        monkeypatch.setattr(each, "_file", each._file)
        monkeypatch.setattr(each, "_width", each._width)
        monkeypatch.setattr(each, "no_color", each.no_color)
    return settings.model_copy(update={"log_format": "json"})


def test_what_a_build_prints_is_a_line_each(as_json, capsys):
    assert journal.begin(as_json, "build")
    console.print("Building from exports")
    journal.of_run("1a2b")
    errors.print("✗ openai 2026-10: the invoice says\n15.00 USD", soft_wrap=True)

    heard = capsys.readouterr()
    [first] = map(json.loads, heard.out.splitlines())
    lines = [json.loads(each) for each in heard.err.splitlines()]
    assert first["message"] == "Building from exports"
    assert (first["level"], first["event"], first["run"]) == ("info", "build", None)
    assert [each["message"] for each in lines] == [
        "openai 2026-10: the invoice says",
        "15.00 USD",
    ]
    assert {each["run"] for each in lines} == {"1a2b"}
    assert {each["event"] for each in lines} == {"refused"}


def test_what_libraries_print_is_a_line_each_too(as_json, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)

    journal.begin(as_json, "build", libraries=True)
    sys.stderr.write("a library\n")
    sys.stdout.write("another\n")

    heard = capsys.readouterr()
    said = [json.loads(each) for each in (heard.err, heard.out)]
    assert [one["message"] for one in said] == ["a library", "another"]
    assert {one["event"] for one in said} == {"library"}


def test_without_the_choice_nothing_changes(settings, capsys):
    assert not journal.begin(settings, "build")
    assert capsys.readouterr().out == ""
