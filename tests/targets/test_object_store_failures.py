"""A store that does not do what it is asked is one sentence, and repeats no secret."""

import base64
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError
from stored_versions import write

from pipelines.settings import LandingSettings, PublishingSettings, Settings
from pipelines.targets import TargetError
from pipelines.targets.object_store import connecting, copy_version
from pipelines.targets.object_store.connecting import opened

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def to(settings):
    """Give the test's settings with an object store to publish to."""

    def chosen(url):
        publishing = PublishingSettings(object_store=url)
        return settings.model_copy(update={"publishing": publishing})

    return chosen


@pytest.fixture
def refused(to, settings):
    """Copy a version to an address and give the sentence that stops it."""

    def said(url):
        with pytest.raises(TargetError) as caught:
            copy_version(to(url), write(settings, 1))
        sentence = str(caught.value)
        assert "\n" not in sentence
        return sentence

    return said


@pytest.fixture
def answering(monkeypatch):
    """Serve S3 that answers every request with this status and code."""
    servers = []

    def answers(status, code):
        body = f"<Error><Code>{code}</Code><Message>hush?sig=1</Message></Error>"

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def do_PUT(self):
                self.do_GET()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anyone")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        return "s3://acme-finops/unitmill"

    yield answers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "case",
    [
        (400, "ExpiredToken", "400 Bad Request, ExpiredToken", "credentials that are"),
        (403, "AccessDenied", "403 Forbidden, AccessDenied", "credentials that are"),
        (404, "NoSuchBucket", "404 Not Found, NoSuchBucket", "make the bucket"),
        (503, "SlowDown", "503 Service Unavailable, SlowDown", "try again when it"),
    ],
)
def test_what_a_cloud_answers_is_said_with_what_to_do(
    refused, answering, monkeypatch, case
):
    status, code, words, remedy = case
    monkeypatch.setattr(connecting, "RETRIES", 1)

    said = refused(answering(status, code))

    assert said.startswith("s3://acme-finops/unitmill: cannot be read (current.json): ")
    assert f"it answers {words}; " in said
    assert remedy in said
    assert said.endswith(", and run: unitmill publish-to object-store")
    assert "hush" not in said


def test_a_store_that_is_unreachable_is_said(refused, s3, monkeypatch):
    monkeypatch.setattr(connecting, "RETRIES", 1)
    s3.unplug()

    said = refused(s3.url)

    assert f"{s3.url}: cannot be read (current.json): it cannot be reached" in said
    assert s3.secret not in said


def test_a_bucket_that_is_not_there_is_said(refused, s3):
    said = refused("s3://nobodys-bucket/x")

    assert "404 Not Found, NoSuchBucket; make the bucket or container" in said


def test_a_token_of_azure_that_ended_is_not_repeated(refused, monkeypatch, abfss):
    account = os.environ["AZURE_STORAGE_CONNECTION_STRING"]
    _, _, endpoint = account.partition("BlobEndpoint=")
    monkeypatch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        f"AccountName=acme;BlobEndpoint={endpoint.rstrip(';')};"
        "SharedAccessSignature=sv=2020-08-04&se=2020-01-01&sig=hush",
    )

    said = refused(abfss.url)

    assert "it answers 403" in said
    assert "hush" not in said


def test_a_key_of_azure_that_is_none_is_not_repeated(refused, monkeypatch):
    monkeypatch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING", "AccountName=acme;AccountKey=hush hush"
    )

    said = refused("abfss://finops@acme.dfs.core.windows.net/x")

    assert "no credential of this environment is one of it" in said
    assert "hush" not in said


def test_a_profile_of_amazon_is_read(s3, monkeypatch, tmp_path, to, settings):
    """By boto3, which the development environment has."""
    secret = base64.b16encode(os.urandom(20)).decode()
    credentials = tmp_path / "credentials"
    credentials.write_text(
        f"[finops]\naws_access_key_id = anyone\naws_secret_access_key = {secret}\n"
    )
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_PROFILE", "finops")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))

    copy_version(to(s3.url), write(settings, 1))

    assert opened(s3.url).read("current.json") is not None
    monkeypatch.setitem(sys.modules, "obstore.auth.boto3", None)
    with pytest.raises(TargetError, match="AWS_PROFILE names a profile"):
        opened(s3.url)


def test_without_the_extra_one_sentence_names_it(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    for module in ("copying", "connecting", "place", "pointer", "retiring"):
        monkeypatch.delitem(
            sys.modules, f"pipelines.targets.object_store.{module}", raising=False
        )
    monkeypatch.delitem(
        sys.modules, "pipelines.targets.object_store.uploading", raising=False
    )

    assert refused("s3://acme/x").endswith("pip install 'unitmill[object-stores]'")


def test_without_an_address_the_setting_is_named(refused):
    assert "name one in unitmill.toml" in refused("")


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:hush@bucket/x",
        "s3://bucket/x?token=hush",
        "s3://bucket/a#hush",
        "https://bucket.s3.amazonaws.com/hush",
        "s3://bucket/../hush",
        "s3://bucket//hush",
        "az://hush",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url):
    with pytest.raises(ValidationError, match="no address of an object store") as found:
        Settings(publishing={"object_store": url})

    assert "hush" not in str(found.value)


@pytest.mark.parametrize(
    "places",
    [
        ("s3://acme/exports", "s3://acme/exports"),
        ("s3://acme/exports/unitmill/", "s3://acme/exports"),
        ("s3://acme", "s3://acme/exports"),
    ],
)
def test_versions_are_not_published_into_the_exports_or_around_them(places):
    target, exports = places
    with pytest.raises(ValidationError, match="neither in the other"):
        Settings(
            publishing={"object_store": target},
            landing=LandingSettings(stores=[exports]),
        )


def test_versions_may_be_published_beside_the_exports():
    chosen = Settings(
        publishing={"object_store": "s3://acme/exports-published/"},
        landing={"stores": ["s3://acme/exports"]},
    )

    assert chosen.publishing.object_store == "s3://acme/exports-published"
