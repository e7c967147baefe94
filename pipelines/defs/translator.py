"""How dbt's models, seeds and tests are called in Dagster: keys, groups, checks.

Belongs here: names, descriptions and decoration of what dbt makes. Does not belong
here: running dbt (``warehouse``) and what its results say (``results``).
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import dagster_dbt as ddbt

from pipelines.defs.decoration import page, tags_of
from pipelines.defs.owners import OWNERS
from pipelines.transform.graph import WORKSPACE


def manifest_of(path: Path) -> dict[str, Any]:
    """Read dbt's manifest, with its tests called as Dagster calls the checks.

    A list of checks shows the first characters of a name only, and dbt needs the name
    of the model in front; the check is listed under its model anyway.
    """
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            node["name"] = check_name(node["name"], model_of(node))
    return manifest


def model_of(test: Mapping[str, Any]) -> str:
    """Give the name of the model that a dbt test is attached to."""
    return str(test["attached_node"]).rsplit(".", 1)[-1]


def check_name(test: str, model: str) -> str:
    """Leave out the model's name: `fct_x_cost_sums_to_y` is `cost_sums_to_y`."""
    return re.sub("_{3,}", "__", test.replace(model, "", 1)).strip("_")


class Translator(ddbt.DagsterDbtTranslator):
    """Names: layer, then model; every asset has the owner that the ledger has."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Give `marts/fct_x`, `staging/stg_x`, or the key of what fills a source."""
        if dbt_resource_props["resource_type"] == "source":
            # sources.yml names the asset of a source that another room makes.
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Give a model's folders: `marts_unit_costs`, `workspace_finance`."""
        if dbt_resource_props["resource_type"] == "seed":
            return layer_of(dbt_resource_props)
        return "_".join(_folders(dbt_resource_props)) or None

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Give the layer, and the domain, which is the last folder."""
        layer = layer_of(dbt_resource_props)
        folders = _folders(dbt_resource_props)
        domain = "seeds" if layer == "reference" else folders[-1]
        return {**super().get_tags(dbt_resource_props), **tags_of(layer, domain)}

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the columns, and where a mart is documented."""
        metadata = super().get_metadata(dbt_resource_props)
        if layer_of(dbt_resource_props) != "marts":
            return metadata
        return {**metadata, **page("marts.md", dbt_resource_props["name"])}

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: ddbt.DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Give the check with the description of its test, else of its kind of test."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec:
            # The step of the models fails by itself; Dagster would warn of each check
            # that a build had no reason to ask again.
            spec = spec._replace(blocking=False)
        node = manifest["nodes"][unique_id]
        kind = f"macro.unitmill.test_{node.get('test_metadata', {}).get('name')}"
        description = node.get("description") or manifest["macros"].get(kind, {}).get(
            "description"
        )
        if not spec or not description:
            return spec
        return spec._replace(description=description.strip())

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Give the ledger's owner."""
        del dbt_resource_props
        return OWNERS


def layer_of(dbt_resource_props: Mapping[str, Any]) -> str:
    """Give the schema that a model or seed is in, which is its layer."""
    return str(dbt_resource_props["config"].get("schema") or "dbt")


def _folders(model: Mapping[str, Any]) -> list[str]:
    """Give the folders of a model; those of the workspace's own begin with its name."""
    own = Path(model["original_file_path"]).parts[0] == WORKSPACE
    return [*([WORKSPACE] if own else []), *model["fqn"][1:-1]]
