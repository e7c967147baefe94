"""Logs of coding agents: a message counts once, and no text of it gets anywhere."""

import json

import pytest
from agent_sessions import MARKER, TOKENS, answer, count, prompt, session, turn

from pipelines.landing.deliveries import scan
from pipelines.landing.persons import persons_of
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage.claude_code_logs import SOURCE as CLAUDE
from pipelines.sources.usage.codex_logs import SOURCE as CODEX


def test_of_a_message_the_line_with_the_most_output_counts_whole(
    put_lines, convert, reasons
):
    """The last line may have fewer input tokens: no maximum per counter, no sum."""
    put_lines(
        "s.jsonl",
        prompt(),
        answer(output=1, input_tokens=999),
        answer(output=40),
        answer(output=3),
        answer("msg_2", "req_2"),
    )

    rows = convert(
        CLAUDE,
        "2026-09",
        f"{TOKENS}, input_cache_write_1h_tokens, project_name, model_id",
    )

    # Two messages: 2 x 100, 2 x 900, 2 x 60, 2 x 40.
    said = ("web", "claude-sonnet-4-5-20250929")
    assert rows == [(200, 1800, 120, 80, 2, 40, *said)]
    assert reasons() == {
        "another line of the same message counts": 2,
        "summed into the row of its day": 1,
    }


def test_a_resumed_session_repeats_lines_that_count_once(put_lines, convert):
    put_lines("a/s-1.jsonl", answer())
    put_lines("a/s-2.jsonl", answer(), answer("msg_2", "req_2"))
    put_lines("a/s-2/subagents/x.jsonl", answer("msg_3", "req_3"))

    assert convert(CLAUDE, "2026-09", "sum(request_count)::int") == [(3,)]


def test_a_message_that_arrives_over_the_end_of_a_month_counts_once(put_lines, convert):
    begun = answer(output=3) | {"timestamp": "2026-08-31T23:59:59.900Z"}
    ended = answer(output=40) | {"timestamp": "2026-09-01T00:00:00.100Z"}
    put_lines("s.jsonl", begun, ended)

    assert convert(CLAUDE, "2026-08", "output_tokens") == []
    assert convert(CLAUDE, "2026-09", "output_tokens, request_count") == [(40, 1)]


@pytest.mark.parametrize("source", [CLAUDE, CODEX])
def test_a_copy_that_names_nobody_takes_no_call_from_a_person(
    put_lines, convert, settings, source
):
    lines = [session(), turn(), count(1050)] if source is CODEX else [answer()]
    put_lines("user=dev-1@example.com/s.jsonl", *lines, hour=1)
    put_lines("s.jsonl", *lines, {"type": "summary"}, hour=2)

    person = persons_of(settings).word("dev-1@example.com")
    assert convert(source, "2026-09", "user_id, request_count") == [(person, 1)]


@pytest.mark.parametrize(
    ("folder", "project"),
    [
        ("/Users/{}", None),
        ("/home/{}/", None),
        ("C:\\Users\\{}", None),
        ("/home/{}/web", "web"),
        ("C:\\code\\web", "web"),
    ],
)
def test_somebody_s_home_is_no_project(put_lines, convert, folder, project):
    put_lines("s.jsonl", answer() | {"cwd": folder.format("somebody")})

    assert convert(CLAUDE, "2026-09", "project_name") == [(project,)]


def test_a_person_is_the_folder_that_the_logs_were_collected_in(
    put_lines, convert, settings
):
    put_lines("logs/user=dev-1@example.com/projects/web/s.jsonl", answer())

    assert convert(CLAUDE, "2026-09", "user_id") == [
        (persons_of(settings).word("dev-1@example.com"),)
    ]


def test_what_is_no_answer_of_a_model_is_left_out_by_name(put, convert, reasons):
    synthetic = answer("msg_9")
    synthetic["message"]["model"] = "<synthetic>"
    lines = [json.dumps(each) for each in (answer(), synthetic)]
    put("s.jsonl", "\n".join([*lines, '{"type": "assistant", "mess']))

    assert convert(CLAUDE, "2026-09", "request_count") == [(1,)]
    assert reasons() == {"no model was called": 1, "the line cannot be read": 1}


def test_no_text_of_a_prompt_gets_into_the_home(put_lines, put, settings):
    put_lines("s.jsonl", prompt(), answer())
    put_lines("rollout-1.jsonl", session(), turn(), count(1050))
    # Cut in the middle of a prompt, and no JSON at all.
    cut = json.dumps(prompt())[:-8]
    put("cut.jsonl", json.dumps(answer("msg_5")) + "\n" + cut)
    put("odd.jsonl", json.dumps(session()) + "\n" + f'{{"type": {MARKER}\n')

    landing = scan(settings, [CLAUDE, CODEX])
    for source in (CLAUDE, CODEX):
        deliveries = landing.of(source, "2026-09")
        write_partition(settings, source, deliveries, "2026-09")

    assert landing.refusals == ()
    files = [path for path in settings.home_dir.rglob("*") if path.is_file()]
    assert len(files) > 1
    assert not [path for path in files if MARKER.encode() in path.read_bytes()]
