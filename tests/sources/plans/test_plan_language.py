import re

import pytest

from pipelines.landing.source import ExportError
from pipelines.sources.plans import PlanError, read_plans

WRONG = {
    "an unknown conversion": (
        {"conversion_type": "multiply"},
        "conversion_type: 'multiply' is unknown; expected one of apply_default",
    ),
    "a FOCUS column that is none": (
        {"focus_column": "BiledCost"},
        "focus_column: 'BiledCost' is not a column of FOCUS 1.4 .* mean BilledCost",
    ),
    "a column that Unitmill writes": (
        {"focus_column": "x_SourceCost"},
        "focus_column: x_SourceCost is written by Unitmill itself",
    ),
    "a field of its own": ({"colour": "red"}, "colour: Extra inputs are not permitted"),
    "a missing field": ({"column": None}, "column: Input should be a valid string"),
    "a time zone that is none": (
        {"conversion_type": "assign_timezone", "conversion_args": "Mars/Base"},
        "conversion_args: .*Invalid timezone",
    ),
    "a value map without a default": (
        {
            "conversion_type": "map_values",
            "conversion_args": {"value_list": [{"key": "a"}]},
        },
        "conversion_args.value_list.0.value: Field required; .*default_value: Field",
    ),
    "a type that is none": (
        {
            "conversion_type": "set_column_dtypes",
            "conversion_args": {"dtype_args": [{"column_name": "a", "dtype": "money"}]},
        },
        "conversion_args.dtype_args.0.dtype: Input should be 'string', 'float'",
    ),
    "a look-up table that is nowhere": (
        {
            "conversion_type": "lookup",
            "conversion_args": {
                "reference_path_in_package": False,
                "reference_dataset_path": "nowhere.csv",
                "source_value": "a",
                "destination_value": "b",
            },
        },
        "conversion_args.reference_dataset_path: Path does not point to a file",
    ),
    "a string step that is none": (
        {"conversion_type": "string_functions", "conversion_args": {"steps": ["trim"]}},
        "conversion_args.steps.0",
    ),
    "a prefix that is not temporary": (
        {"column_prefix": "mine"},
        "column_prefix: .*'tmp_' prefix",
    ),
    "a number for a query": (
        {"conversion_type": "sql_query", "conversion_args": 5},
        "conversion_args: Input should be a valid string",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_plan_is_refused_by_file_plan_and_field(wrong, write_plan):
    fields, message = WRONG[wrong]
    folder = write_plan(**fields)

    with pytest.raises(PlanError, match="(?s)" + message) as refused:
        read_plans(folder)

    assert str(refused.value).startswith("acme/cost_S001.yaml, plan 'the cost': ")
    assert isinstance(refused.value, ExportError)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plan_name: [", "not YAML"),
        ("- a list", "expected a mapping of fields"),
        ("column: a", "plan_name: expected a text"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(text, message, tmp_path):
    (tmp_path / "cost_S001.yaml").write_text(text)

    with pytest.raises(PlanError, match=re.escape(message)):
        read_plans(tmp_path)


def test_a_file_name_must_end_with_its_number(write_plan):
    folder = write_plan(file="cost")

    with pytest.raises(PlanError, match=re.escape("expected <name>_S001.yaml")):
        read_plans(folder)


def test_a_folder_without_plans_is_refused(tmp_path):
    with pytest.raises(PlanError, match="no plans"):
        read_plans(tmp_path)


def test_plans_act_in_the_order_of_name_then_number(write_plan):
    for file in ("b_S001", "a_S010", "a_S002"):
        folder = write_plan(file=file)

    names = [plan.file.stem for plan in read_plans(folder)]

    assert names == ["a_S002", "a_S010", "b_S001"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Provider", "ServiceProviderName"),
        ("InvoiceIssuer", "InvoiceIssuerName"),
        ("Publisher", "x_PublisherName"),
        ("SkuMeter", "SkuMeter"),
        ("x_GpuType", "x_GpuType"),
        ("PlaceHolder", ""),
    ],
)
def test_old_names_become_columns_of_focus_1_4(written, kept, write_plan):
    (plan,) = read_plans(write_plan(focus_column=written))

    assert plan.output == kept
