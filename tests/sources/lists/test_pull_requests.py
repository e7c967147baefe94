"""Merged pull requests: each once, by a person, in a repository without its owner."""

from pipelines.landing.persons import persons_of
from pipelines.sources.lists.pull_requests import PULL_REQUESTS

SOURCE = PULL_REQUESTS.as_source()
HEADER = "repository_name,pull_request_number,merged_at,author_name\n"


def test_a_login_and_an_address_are_persons(put, convert, settings):
    put(
        "merged.csv",
        HEADER
        + "lumen/web,7,2026-09-03T10:00:00Z,octo-a\n"
        + "api,8,2026-09-04,dev-2@example.com\n",
    )

    rows = convert(
        SOURCE, "2026-09", "repository, pull_request_number, author_id, merged_at::text"
    )

    persons = persons_of(settings)
    assert rows == [
        ("api", "8", persons.word("dev-2@example.com"), "2026-09-04 00:00:00"),
        (
            "web",
            "7",
            persons.word("octo-a@users.noreply.github.com"),
            "2026-09-03 10:00:00",
        ),
    ]


def test_one_that_is_in_two_files_counts_once(put, convert):
    row = "web,7,2026-09-03T10:00:00Z,octo-a\n"
    put("a.csv", HEADER + row, hour=1)
    put("b.csv", HEADER + row + "web,9,2026-09-05,octo-a\n", hour=2)

    assert convert(SOURCE, "2026-09", "count(*)") == [(2,)]


def test_repositories_of_one_name_are_told_apart_by_their_owners(put, convert):
    """Two rows of one grain would stop the build."""
    row = "/api,7,2026-09-03T10:00:00Z,octo-a\n"
    put("a.csv", HEADER + "lumen" + row + "other" + row)

    grain = "repository_name, repository"
    assert convert(SOURCE, "2026-09", grain) == [
        ("lumen/api", "api"),
        ("other/api", "api"),
    ]
