"""The fields of the plan language, against focus-converter's own models."""

from pathlib import Path

import pytest
from focus_converter.configs import base_config, string_transform_args
from focus_converter.conversion_functions import STATIC_CONVERSION_TYPES
from focus_converter.converter import BASE_CONVERSION_CONFIGS

from pipelines.sources.plans import PlanError, read_plans, shapes

PAIRS = {
    shapes.Condition: base_config.SQLConditionConversionArgs,
    shapes.Lookup: base_config.LookupConversionArgs,
    shapes.MappedValue: base_config.ValueMapItemConversionArgs,
    shapes.ValueMap: base_config.ValueMapConversionArgs,
    shapes.StaticValue: base_config.StaticValueConversionArgs,
    shapes.Unnest: base_config.UnnestValueConversionArgs,
    shapes.MissingColumn: base_config.MissingColumnDType,
    shapes.ColumnType: base_config.DTypeConversionArg,
    shapes.ColumnTypes: base_config.SetColumnDTypesConversionArgs,
    shapes.Split: string_transform_args.StringSplitArgument,
    shapes.TextSteps: string_transform_args.StringTransformArgs,
}
# What a plan's file says: its name and place say the others.
FROM_THE_NAME = {"config_file_name", "dimension_id", "priority"}


def said(model):
    """Give a model's JSON schema, without names and words of classes."""
    schema = model.model_json_schema()
    names = {ours.__name__: theirs.__name__ for ours, theirs in PAIRS.items()}

    def plain(value):
        if isinstance(value, dict):
            return {
                names.get(key, key): plain(each)
                for key, each in value.items()
                if key != "description" and not (key == "title" and each in TITLES)
            }
        if isinstance(value, list):
            return [plain(each) for each in value]
        for ours, theirs in names.items():
            if value == f"#/$defs/{ours}":
                return f"#/$defs/{theirs}"
        return value

    return plain(schema)


TITLES = {model.__name__ for pair in PAIRS.items() for model in pair}


@pytest.mark.parametrize("ours", PAIRS, ids=lambda model: model.__name__)
def test_arguments_have_the_fields_types_and_defaults_of_focus_converter(ours):
    assert said(ours) == said(PAIRS[ours])


def test_the_conversions_are_those_of_focus_converter():
    assert set(shapes.ARGUMENTS) == {each.value for each in STATIC_CONVERSION_TYPES}


def test_a_plan_has_the_fields_of_focus_converter():
    theirs = base_config.ConversionPlan.model_fields
    ours = shapes.PlanFile.model_fields

    assert {*ours} == {*theirs} - FROM_THE_NAME
    for name, field in ours.items():
        assert field.is_required() == theirs[name].is_required(), name


def test_a_table_of_focus_converter_is_found_by_its_path_there(write_plan):
    found = {path.name: path for path in shapes.TABLES.glob("*.csv")}
    folder = write_plan(
        conversion_type="lookup",
        conversion_args={
            "reference_dataset_path": "conversion_configs/aws/mapping_files/"
            "aws_category_mapping.csv",
            "source_value": "a",
            "destination_value": "b",
        },
    )

    [plan] = read_plans(folder)

    assert plan.args.reference_dataset_path == found["aws_category_mapping.csv"]
    assert len(found) == 3
    for path in found.values():
        provider = path.name.partition("_")[0]
        theirs = Path(BASE_CONVERSION_CONFIGS, provider, "mapping_files", path.name)
        assert path.read_bytes() == theirs.read_bytes()


def test_a_table_of_focus_converter_stays_inside_its_folder(write_plan):
    folder = write_plan(
        conversion_type="lookup",
        conversion_args={
            "reference_dataset_path": "../../../../../../etc/hostname",
            "source_value": "a",
            "destination_value": "b",
        },
    )

    with pytest.raises(PlanError, match="does not point to a file"):
        read_plans(folder)
