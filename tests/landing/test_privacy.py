"""E-mail addresses do not reach the ledger, whatever source or column has them."""

import hmac
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from pipelines.landing.persons import persons_of, remember_to_forget
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import LandingSettings
from pipelines.sources.registry import all_sources

ADDRESS = "some.body+x@mail.example.com"
ALICE = "alice@münchen.de"


@pytest.fixture
def hashed(settings):
    """Give what an address becomes in this home, by HMAC as Python has it."""

    def word(address):
        key = persons_of(settings).key
        return "person:" + hmac.new(key, address.encode(), "sha256").hexdigest()[:16]

    return word


@pytest.fixture
def landed(settings, invent):
    """Give one column of a row as it is in the ledger."""

    def value(column, said, choice="hash", kind="varchar"):
        chosen = settings.model_copy(
            update={"landing": LandingSettings(personal_data=choice)}
        )
        text = said.replace("'", "''")
        made = f"select cast('{text}' as {kind}) as {column}"
        source = invent(select=lambda *_: made)
        path = write_partition(chosen, source, [], "2026-08").files[0]
        with duckdb.connect() as db:
            return db.execute(f"select {column} from '{path}'").fetchone()[0]

    return value


@pytest.mark.parametrize("column", ["Tags", "ResourceName", "SubAccountName", "x_Note"])
def test_an_address_is_a_hash_in_every_text_that_can_hold_one(landed, hashed, column):
    got = landed(column, f'{{"owner":"{ADDRESS}"}}')

    assert got == f'{{"owner":"{hashed(ADDRESS)}"}}'


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (ALICE, "{}"),
        ("ALICE@MÜNCHEN.DE", "{}"),
        ("alice@xn--mnchen-3ya.de", "{}"),
        ("alice%40m%C3%BCnchen.de", "{}"),
        ("mailto:alice@münchen.de?subject=x", "mailto:{}?subject=x"),
        ("made by Alice Meier <alice@münchen.de>, ok", "made by {}, ok"),
        ('"alice m." <alice@münchen.de>', "{}"),
        ("'alice@münchen.de'", "'{}'"),
        ("alice\uff20münchen.de", "{}"),
        ('{"a":"alice\\u0040münchen.de"}', '{{"a":"{}"}}'),
    ],
)
def test_one_person_is_one_hash_however_the_address_is_written(
    landed, hashed, said, left
):
    assert landed("ResourceName", said) == left.format(hashed(ALICE))


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("jürgen@firma.de", "jürgen@firma.de"),
        ("o'brien@corp.example", "o'brien@corp.example"),
        ("иван@почта.рф", "иван@почта.рф"),
        ("alice+x%40corp.example", "alice+x@corp.example"),
    ],
)
def test_letters_of_all_scripts_are_of_an_address(landed, hashed, said, address):
    assert landed("ResourceName", said) == hashed(address)


def test_where_a_person_is_expected_no_top_level_domain_is(landed, hashed):
    alice, bob = hashed("alice@corp"), hashed("corp\\bob")

    assert landed("x_owner_email", "alice@corp") == alice
    assert landed("x_created_by", "CORP\\bob") == bob
    assert landed("Tags", '{"owner":"alice@corp","image":"app@latest"}') == (
        f'{{"owner":"{alice}","image":"app@latest"}}'
    )
    assert landed("ResourceName", "app@latest") == "app@latest"


def test_a_tag_with_numbered_letters_is_read_as_json(landed, hashed):
    got = landed("Tags", '{"owner":"j\\u00fcrgen@firma.de"}')

    assert got == f'{{"owner":"{hashed("jürgen@firma.de")}"}}'


def test_lists_maps_and_structs_are_texts_too(landed, hashed):
    alice = hashed(ALICE)

    assert landed("x_All", f"[{ALICE}, b]", kind="varchar[]") == [alice, "b"]
    assert landed("x_Map", f"{{{ALICE}={ALICE}}}", kind="map(varchar, varchar)") == {
        alice: alice
    }
    assert landed("x_Of", f"{{'who': {ALICE}}}", kind="struct(who varchar)") == {
        "who": alice
    }


def test_a_row_with_an_address_keeps_its_other_texts_and_its_nulls(settings, invent):
    """All texts of a row are cleaned together."""
    source = invent(
        select=lambda *_: (
            f"select '{ADDRESS}' as ResourceName, null::varchar as ResourceId, "
            "'x' as x_A, '' as x_B, null::varchar as x_user_id, 'bob' as x_owner"
        )
    )
    path = write_partition(settings, source, [], "2026-08").files[0]
    with duckdb.connect() as db:
        columns = "ResourceId, x_A, x_B, x_user_id, x_owner"
        [row] = db.execute(f"select {columns} from '{path}'").fetchall()

    assert row == (None, "x", "", None, "bob")


def test_processes_that_need_the_first_key_at_once_get_the_same(settings):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: persons_of(settings).key, range(16)))

    assert len(keys) == 1
    assert [path.name for path in (settings.home_dir / "privacy").iterdir()] == [
        "keys.json"
    ]


def test_a_hash_of_one_home_says_nothing_in_another(settings, tmp_path):
    other = settings.model_copy(update={"home": tmp_path / "other"})
    words = {persons_of(one).word(ALICE) for one in (settings, other)}

    assert len(words) == 2
    assert persons_of(settings).word(ALICE) in words
    assert (settings.home_dir / "privacy" / "keys.json").stat().st_mode & 0o77 == 0


def test_homes_share_a_key_by_the_environment(settings, tmp_path, monkeypatch):
    other = settings.model_copy(update={"home": tmp_path / "other"})
    monkeypatch.setenv("UNITMILL_PRIVACY_KEY", "k" * 32)

    assert persons_of(settings).word(ALICE) == persons_of(other).word(ALICE)

    monkeypatch.setenv("UNITMILL_PRIVACY_KEY", "short")
    with pytest.raises(ExportError, match="5 characters; expected at least 32"):
        persons_of(settings)


def test_names_of_files_lose_their_persons_as_rows_do(settings, hashed):
    privacy = Privacy.of(settings)

    assert privacy.cleaned("bills/alice@münchen.de.csv.gz") == (
        f"bills/{hashed(ALICE)}.csv.gz"
    )
    assert privacy.cleaned("bills/100%.csv") == "bills/100%.csv"


def test_somebody_forgotten_is_a_word_whatever_the_choice(settings, landed):
    remember_to_forget(settings, persons_of(settings).entry(ALICE))

    for choice in ("hash", "drop", "keep"):
        said = "by alice@xn--mnchen-3ya.de"
        assert landed("ResourceName", said, choice) == "by (forgotten)"
    assert landed("ResourceName", ADDRESS, "keep") == ADDRESS


def test_a_damaged_key_is_named_and_not_replaced(settings):
    persons_of(settings)
    file = settings.home_dir / "privacy" / "keys.json"
    file.write_text("{}")

    with pytest.raises(ExportError, match=r"keys\.json is damaged"):
        persons_of(settings)
    assert file.read_text() == "{}"


def test_two_addresses_of_one_text_are_two_hashes_even_where_one_ends_the_other(
    landed, hashed
):
    got = landed("ResourceName", f"a{ADDRESS} {ADDRESS} {ADDRESS.upper()}")

    assert got == f"{hashed('a' + ADDRESS)} {hashed(ADDRESS)} {hashed(ADDRESS)}"


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
