"""The ledger in other versions of FOCUS."""

import json

import duckdb
import pytest

from pipelines.focus import views
from pipelines.focus.schema import ledger_types


@pytest.fixture
def shown():
    """Give a row of the ledger as FOCUS 1.5 shows it."""

    def show(**said):
        columns = ", ".join(
            f'cast(${name} as {kind}) as "{name}"'
            if name in said
            else f'null::{kind} as "{name}"'
            for name, kind in ledger_types().items()
        )
        with duckdb.connect() as db:
            found = db.execute(views.focus_v1_5(f"(select {columns})"), said)
            names = [column[0] for column in found.description]
            [row] = found.fetchall()
        return dict(zip(names, row, strict=True))

    return show


def test_1_5_has_the_columns_of_1_4_and_who_asked(shown):
    row = shown()
    focus = [name for name in ledger_types() if not name.startswith("x_")]

    assert list(row) == sorted(
        [*focus, "CredentialId", "PrincipalId", "RequesterDetails"]
    )
    assert len(row) == 68
    assert set(row.values()) == {None}


def test_properties_of_a_model_have_their_names_of_1_5(shown):
    details = {
        "x_ModelDeveloper": "Solora AI",
        "x_ModelFamily": "Solora Reasoning",
        "x_ModelId": 'a "x_ModelId": b',
        "x_ModelVersion": "3.0",
        "x_TokenDirection": "Input",
        "x_TokenCacheAction": "Read",
        "x_DeploymentScope": "global",
        "InstanceType": "x_ModelId",
    }

    row = shown(SkuPriceDetails=json.dumps(details, separators=(",", ":")))

    # What a vendor says in words of its own keeps its x_, and values stay as they are.
    assert json.loads(row["SkuPriceDetails"]) == {
        "ModelDeveloper": "Solora AI",
        "ModelFamily": "Solora Reasoning",
        "ModelId": 'a "x_ModelId": b',
        "ModelVersion": "3.0",
        "TokenDirection": "Input",
        "TokenCacheAction": "Read",
        "x_DeploymentScope": "global",
        "InstanceType": "x_ModelId",
    }


@pytest.mark.parametrize(
    ("said", "credential", "principal", "key"),
    [
        ("key_abc", "key_abc", None, "Credential"),
        ("arn:aws:iam::1:role/app", None, "arn:aws:iam::1:role/app", "Principal"),
    ],
)
def test_who_asked_is_a_credential_or_a_principal(
    said, credential, principal, key, shown
):
    row = shown(x_CredentialId=said)

    assert (row["CredentialId"], row["PrincipalId"]) == (credential, principal)
    assert json.loads(row["RequesterDetails"]) == [{"key": key, "value": {}}]


@pytest.mark.parametrize("is_ratified", [False, True])
def test_one_switch_publishes_1_5(is_ratified, monkeypatch):
    monkeypatch.setattr(views, "IS_1_5_RATIFIED", is_ratified)

    assert ("focus_v1_5" in views.published_views()) == is_ratified


def test_a_draft_is_not_published():
    assert "focus_v1_5" not in views.published_views()
