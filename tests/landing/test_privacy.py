"""E-mail addresses do not reach the ledger, whatever source or column has them."""

import hashlib

import duckdb
import pytest

from pipelines.ledger.partitions import write_partition
from pipelines.settings import LandingSettings
from pipelines.sources.registry import all_sources

ADDRESS = "some.body+x@mail.example.com"
SHORT = "sha256:" + hashlib.sha256(ADDRESS.encode()).hexdigest()[:12]


@pytest.fixture
def landed(settings, invent):
    """Give one column of a row as it is in the ledger."""

    def value(column, said, choice="hash"):
        chosen = settings.model_copy(
            update={"landing": LandingSettings(personal_data=choice)}
        )
        text = said.replace("'", "''")
        source = invent(select=lambda *_: f"select '{text}' as {column}")
        path = write_partition(chosen, source, [], "2026-08").path
        with duckdb.connect() as db:
            return db.execute(f"select {column} from '{path}'").fetchone()[0]

    return value


@pytest.mark.parametrize("column", ["Tags", "ResourceName", "SubAccountName", "x_Note"])
def test_an_address_is_a_hash_in_every_text_that_can_hold_one(landed, column):
    assert landed(column, f'{{"owner":"{ADDRESS}"}}') == f'{{"owner":"{SHORT}"}}'


def test_two_addresses_of_one_text_are_two_hashes_even_where_one_ends_the_other(landed):
    got = landed("ResourceName", f"a{ADDRESS} {ADDRESS} {ADDRESS.upper()}")

    other = hashlib.sha256(f"a{ADDRESS}".encode()).hexdigest()[:12]
    assert got == f"sha256:{other} {SHORT} {SHORT}"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("drop", "made by (e-mail)"), ("keep", f"made by {ADDRESS}")],
)
def test_the_owner_chooses_to_drop_or_to_keep(landed, choice, expected):
    assert landed("ChargeDescription", f"made by {ADDRESS}", choice) == expected


@pytest.mark.parametrize(
    "said",
    [
        "ci@project.iam.gserviceaccount.com",
        "claude-sonnet@20250514",
        "arn:aws:s3:::bucket@2",
        "a @ b.example",
    ],
)
def test_what_is_no_person_stays(landed, said):
    assert landed("ResourceId", said) == said


def test_another_choice_makes_partitions_stale(settings):
    dropped = settings.model_copy(
        update={"landing": LandingSettings(personal_data="drop")}
    )
    for now, then in zip(all_sources(settings), all_sources(dropped), strict=True):
        assert now.chosen != then.chosen
