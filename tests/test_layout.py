"""The house rules that a reader relies on: sizes, layers, and what no file may say."""

import ast
import json
import re
import subprocess

import grimp
import pytest

from pipelines.settings import PROJECT_DIR

PIPELINES = sorted((PROJECT_DIR / "pipelines").rglob("*.py"))
MODELS = sorted((PROJECT_DIR / "dbt_project" / "models").rglob("*.sql"))
# A layer may read these layers; what is in folders of one layer, FOLDERS orders.
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "marts", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}
# The domains in the order in which numbers are made: a folder reads itself and those
# above it. docs/architecture.md says what belongs in each.
FOLDERS = (
    "intermediate/charges",
    "intermediate/tokens",
    "intermediate/training",
    "intermediate/storage",
    "intermediate/machines",
    "intermediate/kubernetes",
    "intermediate/inference",
    "intermediate/allocation",
    "intermediate/rates",
    "intermediate/coding",
    "intermediate/reconciliation",
    "marts/dimensions",
    "marts/costs",
    "marts/unit_costs",
    "marts/allocation",
    "marts/coding",
    "marts/rates",
    "intermediate/forecasting",
    "intermediate/optimization",
    "marts/training",
    "marts/optimization",
    "marts/reconciliation",
    "marts/usage",
    "intermediate/opportunities",
    "marts/planning",
    "marts/value",
)
MAY_IMPORT_DAGSTER = {"definitions", "event_log", "postgres_storage"}
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


def test_no_folder_of_tests_has_a_name_that_pytest_passes_over():
    """Tests in `build` were not run, and nothing said so."""
    passed_over = {"build", "dist", "venv", "node_modules"}
    folders = {p.parent.name for p in (PROJECT_DIR / "tests").rglob("test_*.py")}

    assert folders & passed_over == set()


def test_no_function_is_longer_than_50_lines():
    long = [
        f"{relative(path)}: {node.name}"
        for path in PIPELINES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 50
    ]

    assert long == []


def test_no_dbt_model_is_longer_than_160_lines():
    assert [relative(path) for path in MODELS if lines(path) > 160] == []


def test_every_module_says_what_it_is():
    bare = [p for p in PIPELINES if not p.read_text("utf-8").startswith('"""')]

    assert [relative(path) for path in bare] == []


def test_every_package_says_what_belongs_in_it_and_what_does_not():
    def words(path):
        tree = ast.parse(path.read_text("utf-8"))
        return " ".join((ast.get_docstring(tree) or "").split())

    roots = ("pipelines", "bench", "sample_company")
    packages = {p for root in roots for p in (PROJECT_DIR / root).rglob("__init__.py")}
    packages -= {PROJECT_DIR / "pipelines" / "__init__.py"}  # the list of the others
    assert [
        relative(path)
        for path in sorted(packages)
        if "elongs here: " not in words(path)
        or "Does not belong here: " not in words(path)
    ] == []


def test_every_model_has_a_yml_of_its_name():
    assert [relative(p) for p in MODELS if not p.with_suffix(".yml").is_file()] == []


def room_of(module):
    """Give `ledger` of a module, and `sources.cost` of one of the wing of sources."""
    parts = module.split(".")
    return ".".join(parts[1:3] if parts[1:2] == ["sources"] else parts[1:2])


@pytest.fixture(scope="module")
def imports():
    """Give what each room imports of the others; no room is `pipelines` itself."""
    graph = grimp.build_graph("pipelines")
    found = {room_of(module): set() for module in graph.modules}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            found[room_of(module)].add(room_of(imported))
    return {
        room: imported - {room, ""}
        for room, imported in found.items()
        if room not in {"", "sources"}
    }


def test_the_docs_say_which_room_imports_which(imports):
    page = (PROJECT_DIR / "docs" / "architecture.md").read_text("utf-8")
    table = page.partition("## Which room imports which?")[2].partition("## ")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| (.+) \|$", table, re.MULTILINE)
    rooms = [room for room, _ in rows]

    assert {
        room: set(re.findall(r"`([\w.]+)`", names)) for room, names in rows
    } == imports
    # Upwards or in a circle, an import would name a room that stands above.
    assert [
        (room, other)
        for room in rooms
        for other in imports[room]
        if rooms.index(other) < rooms.index(room)
    ] == []


def test_each_room_says_what_belongs_in_it_and_what_does_not(imports):
    page = (PROJECT_DIR / "docs" / "architecture.md").read_text("utf-8")
    described = re.findall(r"^\| `([\w.]+)` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)

    assert set(described) == set(imports)


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


@pytest.fixture(scope="module")
def nodes(new_home, tmp_path_factory):
    """Give dbt's own account of what reads what: Jinja is not read with a regex."""
    target = new_home(tmp_path_factory.mktemp("parsed") / "home") / "dbt" / "target"
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    return manifest["nodes"] | manifest["sources"]


def folder(node):
    """Give `marts/costs` of a model, and `source` or `seed` of what is none."""
    kind = node["resource_type"]
    return "/".join(node["fqn"][1:3]) if kind == "model" else kind


@pytest.fixture(scope="module")
def arrows(nodes):
    """Give each arrow between models: reader, its folder, what it reads, its folder."""
    return [
        (node["name"], folder(node), nodes[read]["name"], folder(nodes[read]))
        for node in nodes.values()
        if node["resource_type"] == "model"
        for read in node["depends_on"]["nodes"]
    ]


def test_a_model_reads_only_its_own_layer_or_one_below(arrows):
    strange = [
        f"{model} reads {read}"
        for model, into, read, out_of in arrows
        if out_of.split("/")[0] not in MAY_READ[into.split("/")[0]]
    ]

    assert strange == []


def test_no_intermediate_reads_a_dimension(arrows):
    readers = [
        f"{model} reads {read}"
        for model, into, read, out_of in arrows
        if into.startswith("intermediate") and out_of == "marts/dimensions"
    ]

    assert readers == []


def test_no_domain_reads_a_later_one(arrows):
    backwards = [
        f"{model} of {into} reads {read} of {out_of}"
        for model, into, read, out_of in arrows
        if into in FOLDERS
        and out_of in FOLDERS
        and FOLDERS.index(out_of) > FOLDERS.index(into)
    ]

    assert backwards == []


def test_the_domains_stand_in_their_order_in_the_docs(nodes):
    page = (PROJECT_DIR / "docs" / "architecture.md").read_text("utf-8")
    used = {folder(n) for n in nodes.values() if n["resource_type"] == "model"}

    assert {f for f in used if not f.startswith("staging")} == set(FOLDERS)
    assert re.findall(r"^\d+\. `((?:intermediate|marts)/\w+)`", page, re.MULTILINE) == [
        *FOLDERS
    ]


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine():
    found = []
    for path in tracked():
        if not path.is_file() or path.name == "test_layout.py":
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{relative(path)}: {m[0]}" for m in HOSTS.finditer(text)]
        found += [f"{relative(path)}: {m[0]}" for m in PATHS.finditer(text)]

    assert found == []


def test_no_sample_export_has_an_e_mail_address():
    found = [
        (relative(path), EMAIL.search(path.read_bytes())[0])
        for path in (PROJECT_DIR / "sample_exports").rglob("*")
        if path.is_file()
        and path.suffix not in {".gz", ".parquet"}
        and EMAIL.search(path.read_bytes())
    ]

    assert found == []
