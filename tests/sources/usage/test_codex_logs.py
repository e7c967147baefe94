"""Logs of Codex: a call counts once, by what the last one used."""

from agent_sessions import TOKENS, count, session, turn

from pipelines.sources.usage.codex_logs import SOURCE as CODEX


def test_codex_calls_are_summed_by_what_the_last_one_used(put_lines, convert, reasons):
    put_lines(
        "rollout-1.jsonl",
        session(),
        turn(),
        count(1050),
        # The same again, for a new rate limit.
        count(1050, time="10:00:06"),
        count(2100, time="10:00:09"),
        turn("gpt-5"),
        # After a resume the total begins anew.
        count(1050, time="10:01:00"),
    )

    rows = convert(CODEX, "2026-09", f"model_id, project_name, {TOKENS}")

    # Each call: 1,000 with 800 of them cached.
    assert rows == [
        ("gpt-5", "api", 200, 800, 0, 50, 1),
        ("gpt-5-codex", "api", 400, 1600, 0, 100, 2),
    ]
    assert reasons() == {
        "no call since the line before": 1,
        "summed into the row of its day": 1,
    }


def test_a_forked_codex_session_repeats_calls_that_count_once(put_lines, convert):
    put_lines("rollout-1.jsonl", session(), turn(), count(1050))
    put_lines(
        "rollout-2.jsonl", session(), turn(), count(1050), count(2100, time="11:00:00")
    )

    assert convert(CODEX, "2026-09", "sum(request_count)::int") == [(2,)]
