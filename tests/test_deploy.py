"""What deploy/ says is what the code, its settings and its packages are."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from pipelines.cli import COMMANDS
from pipelines.cli.paging import show_pages
from pipelines.cli.processes import webserver
from pipelines.settings import PROJECT_DIR, Settings

DEPLOY = PROJECT_DIR / "deploy"
USER = 10001


@pytest.fixture(scope="module")
def dockerfile():
    return (DEPLOY / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]


@pytest.fixture(scope="module")
def documents():
    text = (DEPLOY / "kubernetes.yaml").read_text("utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


@pytest.fixture(scope="module")
def pod(documents):
    return documents["Deployment"]["spec"]["template"]["spec"]


def ports():
    """Give the port of each program, by its name here."""
    return {
        "webserver": webserver.__defaults__[0],
        "pages": show_pages.__defaults__[2],
    }


def variables(text):
    return {*re.findall(r"UNITMILL_[A-Z_]+", text)}


def test_the_image_has_a_python_that_is_allowed(dockerfile):
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text("utf-8"))
    [wanted] = {*re.findall(r"^FROM python:(\S+)-slim", dockerfile, re.MULTILINE)}

    assert project["project"]["requires-python"].startswith(f">={wanted},")


def test_the_image_installs_by_hash_and_runs_as_nobody_special(dockerfile):
    for call in re.findall(r"pip install(?:[^&]|\\\n)*", dockerfile):
        assert "--no-deps" in call
        assert "--require-hashes" in call or "--no-index" in call
    assert f"USER {USER}:{USER}" in dockerfile
    assert dockerfile.index("USER ") < dockerfile.index("ENTRYPOINT")


def test_what_the_image_is_built_from_is_let_through(dockerfile):
    ignored = (PROJECT_DIR / ".dockerignore").read_text("utf-8").splitlines()
    let = {line[1:] for line in ignored if line.startswith("!")}

    assert "*" in ignored
    assert all((PROJECT_DIR / name).exists() for name in let)
    needed = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text("utf-8"))
    assert {needed["project"]["readme"], "pipelines", "hatch_build.py"} <= let
    assert "deploy/requirements.lock" in dockerfile


def test_the_image_listens_where_it_says(dockerfile):
    exposed = re.search(r"^EXPOSE (.*)", dockerfile, re.MULTILINE)[1].split()

    assert {int(port) for port in exposed} == {*ports().values()}
    assert f"127.0.0.1:{ports()['pages']}/health" in dockerfile
    [command] = re.findall(r"^CMD (.*)", dockerfile, re.MULTILINE)
    assert json.loads(command)[0] in COMMANDS


def test_variables_are_settings(dockerfile):
    known = {f"UNITMILL_{name}".upper() for name in Settings.model_fields}
    known.add("UNITMILL_DAGSTER__DATABASE_URL_VARIABLE")
    for text in [dockerfile, *(p.read_text("utf-8") for p in DEPLOY.glob("*.yaml"))]:
        assert variables(text) <= known


def test_services_call_commands_by_their_ports(services):
    ours = {name: one for name, one in services.items() if name != "postgres"}
    assert {*ours} == {"webserver", "daemon", "pages"}
    for name, service in ours.items():
        assert service["command"][0] == name
        assert name in COMMANDS
        if name in ports():
            port = ports()[name]
            assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert service["read_only"] is True
        assert service["user"] == f"{USER}:{USER}"
        assert service["cap_drop"] == ["ALL"]
    told = services["webserver"]["healthcheck"]["test"][-1]
    assert f"127.0.0.1:{ports()['webserver']}/server_info" in told


def test_containers_call_commands_by_their_ports(pod, documents):
    assert documents["Deployment"]["spec"]["replicas"] == 1
    assert documents["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    served = {p["port"] for p in documents["Service"]["spec"]["ports"]}
    assert served == {*ports().values()}
    for container in pod["containers"]:
        name = container["name"]
        assert container["args"][0] == name
        assert name in COMMANDS
        numbers = [port["containerPort"] for port in container.get("ports", ())]
        assert numbers == ([ports()[name]] if name in ports() else [])
        confined = container["securityContext"]
        assert confined["readOnlyRootFilesystem"] is True
        assert confined["capabilities"] == {"drop": ["ALL"]}
        assert confined["allowPrivilegeEscalation"] is False
        assert container["livenessProbe"]
    assert pod["securityContext"]["runAsUser"] == USER
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_no_secret_stands_in_a_file(documents):
    assert "Secret" not in documents
    for path in filter(Path.is_file, DEPLOY.rglob("*")):
        text = path.read_text("utf-8")
        said = re.sub(r"^\s*#.*", "", text, flags=re.MULTILINE)
        assert not re.search(r"PASSWORD:\s*\S", said, re.IGNORECASE), path.name
        for address in re.findall(r"\w+://\w+:([^@\s]+)@", text):
            assert address.startswith(("$$(cat", "...")), path.name


def test_homes_are_where_the_image_says(dockerfile, services, pod):
    home = re.search(r"UNITMILL_HOME=(\S+)", dockerfile)[1]
    exports = re.search(r"UNITMILL_EXPORTS=(\S+)", dockerfile)[1]

    for name in ("webserver", "daemon", "pages"):
        mounted = services[name]["volumes"]
        assert f"home:{home}" in mounted
        assert any(one.endswith(f":{exports}:ro") for one in mounted)
    for container in pod["containers"]:
        places = {m["mountPath"]: m.get("readOnly") for m in container["volumeMounts"]}
        assert {home: None, exports: True, "/workspace": True, "/tmp": None} == places
