"""`unitmill fetch` killed at every request: what a person sees, and what is kept."""

import os
import subprocess
import sys
from collections import Counter

import pytest
import sample_vendors
from fake_vendors import OpenAi, day_at

from pipelines.settings import PROJECT_DIR

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
KEY = "sk-admin-right-0123456789"
UNITMILL = "from pipelines.cli import main; main()"
# Costs and completions of three months, in pages of seven days.
LEFT_OUT = (
    '["moderations", "images", "audio_speeches", "audio_transcriptions", '
    '"vector_stores", "code_interpreter_sessions", "file_search_calls", '
    '"web_search_calls"]'
)


@pytest.fixture(scope="module")
def held():
    """Give what OpenAI holds of the sample company, without its later days."""
    return sample_vendors.openai()


@pytest.fixture
def fake(serve, held):
    return serve(OpenAi(held, most=7, key=KEY))


def start(folder, fake, *words):
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT_DIR),
        "OPENAI_ADMIN_KEY": KEY,
        "UNITMILL_FETCH__OPENAI__BASE_URL": fake.url,
        "UNITMILL_FETCH__OPENAI__REQUESTS_PER_MINUTE": "60000",
        "UNITMILL_FETCH__OPENAI__LEAVE_OUT": LEFT_OUT,
    }
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    call = [sys.executable, "-c", UNITMILL, "fetch", "openai", "--since", "2026-08"]
    call += ["--exports", str(exports), "--home", str(folder / "home"), *words]
    return subprocess.Popen(
        call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def pages(folder):
    """Give report and page -> bytes: the folders of pulls are named by their times."""
    found = {}
    for path in sorted((folder / "exports").rglob("*.json")):
        parts = path.relative_to(folder / "exports").parts
        if parts[0] != ".unitmill":
            assert (parts[2], parts[4]) not in found
            found[parts[2], parts[4]] = path.read_bytes()
    return found


def of_closed_months(fake):
    """Count what was asked of the sample's months; newer days are asked every time."""
    end = day_at("2026-11-01")
    return sum(int(each.param("end_time")) <= end for each in fake.asked)


def test_a_killed_fetch_goes_on_where_it_was_and_gets_the_same_bytes(fake, tmp_path):
    whole = start(tmp_path / "whole", fake)
    assert whole.wait() == 0, whole.stderr.read()
    expected = pages(tmp_path / "whole")
    count = of_closed_months(fake)

    fake.asked.clear()
    seen = []
    while True:
        process = start(tmp_path / "killed", fake)
        # Each process may have eight answers, and is killed before the ninth.
        allowed = len(fake.asked) + 9
        fake.before = lambda n, p=process, a=allowed: p.kill() if n == a else None
        if process.wait() == 0:
            break
        # What landing sees are whole reports only.
        seen.append(Counter(report for report, _ in pages(tmp_path / "killed")))

    assert pages(tmp_path / "killed") == expected
    wanted = Counter(report for report, _ in expected)
    assert len(seen) > 2
    assert all(one[report] == wanted[report] for one in seen for report in one)
    # At most one answer a kill was lost; no page was asked for twice otherwise.
    assert count <= of_closed_months(fake) <= count + len(seen)


def test_what_a_person_sees_has_no_key_in_it(fake, tmp_path):
    process = start(tmp_path, fake)
    out, err = process.communicate()

    assert process.returncode == 0, err
    assert "openai costs: 2026-08-01 to " in out
    assert KEY not in out + err
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if KEY.encode() in path.read_bytes()]
    # Pages are bills: they are their owner's alone.
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}


def test_a_fetch_that_failed_in_part_says_so_by_its_exit_code(fake, tmp_path):
    fake.answer.key = "another"

    process = start(tmp_path, fake)
    out, err = process.communicate()

    assert process.returncode == 1
    assert out == ""
    assert "OpenAI refuses the key at /v1/organization/costs (401" in err
    assert "unitmill: 1 of what was asked for is not here; the rest is" in err
    assert KEY not in err


def test_a_month_that_is_none_is_no_call(fake, tmp_path):
    process = start(tmp_path, fake, "--since", "August")
    _, err = process.communicate()

    assert process.returncode == 2
    assert "--since is 'August'; expected a month such as 2026-08" in err
    assert fake.asked == []
