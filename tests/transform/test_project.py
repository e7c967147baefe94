"""The dbt project of a home: shipped models, those of a workspace, what dbt leaves."""

import json
import shutil

import pytest

from pipelines.defs.translator import Translator
from pipelines.landing.source import ExportError
from pipelines.publishing.fingerprint import changed, inputs_of_build
from pipelines.settings import Settings
from pipelines.transform.project import (
    _errors,
    _require_runnable,
    compiled,
    target_folder,
)


@pytest.fixture
def workspace(tmp_path, monkeypatch, new_home):
    """Give the settings of a workspace whose home has dbt's manifest already."""
    (tmp_path / "unitmill.toml").write_text("")
    (tmp_path / "exports").mkdir()
    monkeypatch.setenv("UNITMILL_PROJECT", str(tmp_path))
    new_home(tmp_path / ".unitmill")
    return Settings


def manifest(place):
    return json.loads(place.read_text("utf-8"))


def test_a_model_of_the_workspace_is_a_mart_of_its_own_group(workspace, tmp_path):
    before = inputs_of_build(workspace())
    models = tmp_path / "models" / "finance"
    models.mkdir(parents=True)
    (models / "rpt_spend.sql").write_text(
        "select sum(effective_cost) as effective_cost "
        "from {{ ref('fct_charges_daily') }}"
    )
    (models / "rpt_spend.yml").write_text(
        "models:\n  - name: rpt_spend\n    description: What did we spend?\n"
        "    columns:\n      - name: effective_cost\n        data_tests: [not_null]\n"
    )

    place = compiled(workspace())

    found = manifest(place)["nodes"]
    node = found["model.unitmill.rpt_spend"]
    assert Translator().get_group_name(node) == "workspace_finance"
    assert (node["schema"], node["config"]["materialized"]) == ("marts", "table")
    assert node["description"] == "What did we spend?"
    assert any("not_null_rpt_spend_effective_cost" in name for name in found)
    assert "model.unitmill.fct_charges_daily" in found
    # A build is of these models, too: with another one the marts are not up to date.
    assert changed(before, inputs_of_build(workspace())) == ["dbt models"]


def test_a_model_that_left_the_workspace_leaves_the_project(workspace, tmp_path):
    """One that cannot be read does not pass at the next try, either."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "rpt_spend.sql").write_text("select * from {{ ref('fct_nothing') }}")
    for _ in range(2):
        with pytest.raises(ExportError, match=f"{models}/rpt_spend.sql.*fct_nothing"):
            compiled(workspace())

    shutil.rmtree(models)

    place = compiled(workspace())
    found = manifest(place)["nodes"]
    assert "model.unitmill.fct_charges_daily" in found
    assert "model.unitmill.rpt_spend" not in found


@pytest.mark.parametrize(
    ("name", "sql", "said"),
    [
        ("rpt_b", "select {{ 1 + }}", "rpt_b.sql"),
        ("fct_charges_daily", "select 1 as one", "fct_charges_daily"),
    ],
)
def test_a_model_that_dbt_cannot_read_is_refused_by_name(
    workspace, tmp_path, name, sql, said
):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{name}.sql").write_text(sql)

    with pytest.raises(ExportError, match="dbt cannot read the models: ") as refused:
        compiled(workspace())

    assert said in str(refused.value)


def test_the_shipped_project_is_not_compiled_a_second_time(workspace):
    place = compiled(workspace())
    before = place.stat().st_mtime_ns

    compiled(workspace())

    assert place.stat().st_mtime_ns == before


def test_why_dbt_reads_no_models_is_its_sentence_without_its_traceback():
    text = (
        "Encountered an error:\n[Errno 28] No space left on device\n"
        'Traceback (most recent call last):\n  File "requires.py", line 187\n'
    )

    assert _errors([{"level": "error", "msg": text}], None) == (
        "[Errno 28] No space left on device"
    )


def test_a_model_that_only_dbt_s_own_runner_can_make_is_refused(workspace, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    for name, config in (
        ("rpt_a", "materialized='incremental'"),
        ("rpt_b", "post_hook='select 1'"),
    ):
        head = f"{{{{ config({config}) }}}}"
        (models / f"{name}.sql").write_text(f"{head} select 1 as one")

    said = []
    for _ in range(2):
        with pytest.raises(ExportError) as refused:
            compiled(workspace())
        said.append(str(refused.value))

    refusal = (
        f"{models}/rpt_a.sql: rpt_a is materialized as incremental; expected a table, "
        "a view or an ephemeral model without hooks and constraints"
    )
    assert said == [refusal, refusal]
    # The first is told; where it is gone, the second is.
    left = manifest(target_folder(workspace()) / "manifest.json")
    del left["nodes"]["model.unitmill.rpt_a"]
    with pytest.raises(ExportError, match=f"{models}/rpt_b.sql: rpt_b has a hook; "):
        _require_runnable(left, models)
