"""The house rules that a reader relies on: sizes, layers, and what no file may say."""

import re
import subprocess

import pytest

from pipelines.settings import PROJECT_DIR

PIPELINES = sorted((PROJECT_DIR / "pipelines").rglob("*.py"))
MODELS = sorted((PROJECT_DIR / "dbt_project" / "models").rglob("*.sql"))
REF = re.compile(r"ref\('(\w+)'\)")
# A layer may read what stands beside it.
MAY_READ = {
    "staging": ("source",),
    "intermediate": ("stg", "int", "dim", "seed"),
    "derived": ("int", "fct", "dim", "seed"),
    "marts": ("int", "fct", "dim", "seed", "mart"),
}
MAY_IMPORT_DAGSTER = {"definitions", "run", "progress"}
HOSTS = re.compile(
    r"files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs|proxy\.golang|"
    r"--(extra-)?index-url|artifactory|/simple/"
)
PATHS = re.compile(r"(?<![\w./])/(home|root|Users|work|mnt|tmp/pytest)/\w+")
EMAIL = re.compile(rb"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


def relative(path):
    return path.relative_to(PROJECT_DIR).as_posix()


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [PROJECT_DIR / name for name in listed.stdout.split("\0") if name]


def lines(path):
    return path.read_text("utf-8").count("\n")


def test_no_module_is_longer_than_300_lines():
    assert [relative(path) for path in PIPELINES if lines(path) > 300] == []


def test_no_dbt_model_is_longer_than_120_lines():
    assert [relative(path) for path in MODELS if lines(path) > 120] == []


def test_every_module_says_what_it_is():
    bare = [p for p in PIPELINES if not p.read_text("utf-8").startswith('"""')]

    assert [relative(path) for path in bare] == []


def test_every_model_has_a_yml_of_its_name():
    assert [relative(p) for p in MODELS if not p.with_suffix(".yml").is_file()] == []


def test_only_the_shell_imports_dagster():
    importers = [
        relative(path)
        for path in PIPELINES
        if re.search(
            r"^\s*(import|from) dagster", path.read_text("utf-8"), re.MULTILINE
        )
        and "defs" not in path.parts
        and path.stem not in MAY_IMPORT_DAGSTER
    ]

    assert importers == []


def test_only_settings_reads_the_environment():
    readers = [
        relative(path)
        for path in PIPELINES
        if re.search(
            r"os\.getenv|os\.environ(\.get|\[[^]]+\](?! = ))", path.read_text()
        )
    ]

    assert readers == []


def layers_read(model):
    """Give the first words of what a model reads; 'seed' and 'source' for those."""
    sql = model.read_text("utf-8")
    seeds = {p.stem for p in (PROJECT_DIR / "dbt_project" / "seeds").glob("*.csv")}
    found = REF.findall(sql)
    return {"seed" if name in seeds else name.split("_")[0] for name in found} | (
        {"source"} if "source(" in sql else set()
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_reads_only_its_own_layer_or_the_one_below(model):
    layer = model.relative_to(PROJECT_DIR / "dbt_project" / "models").parts[0]

    assert layers_read(model) <= set(MAY_READ[layer])


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine():
    told = []
    for path in tracked():
        if not path.is_file() or path.name == "test_layout.py":
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        told += [f"{relative(path)}: {m[0]}" for m in HOSTS.finditer(text)]
        told += [f"{relative(path)}: {m[0]}" for m in PATHS.finditer(text)]

    assert told == []


def test_no_sample_export_has_an_e_mail_address():
    found = [
        (relative(path), EMAIL.search(path.read_bytes())[0])
        for path in (PROJECT_DIR / "sample_exports").rglob("*")
        if path.is_file()
        and path.suffix not in {".gz", ".parquet"}
        and EMAIL.search(path.read_bytes())
    ]

    assert found == []
