"""Where a key may be sent: by HTTPS, and by HTTP to this machine alone."""

import pytest
from pydantic import ValidationError

from pipelines.settings.fetching import LangfuseFetch, OpenAiFetch


@pytest.mark.parametrize(
    "address",
    [
        "https://api.openai.com",
        "https://proxy.corp.example:8443/openai/",
        "http://127.0.0.1:4000",
        "http://localhost",
        "http://[::1]:4000",
    ],
)
def test_an_address_is_taken_without_its_last_slash(address):
    assert OpenAiFetch(base_url=address).base_url == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://api.openai.com",
        "http://127.0.0.1.evil.example",
        "https://user:secret@api.openai.com",
        "https://api.openai.com?key=secret",
        "https://api.openai.com#secret",
        "ftp://api.openai.com",
        "api.openai.com",
    ],
)
def test_another_is_refused_and_not_repeated(address):
    with pytest.raises(ValidationError) as caught:
        OpenAiFetch(base_url=address)

    [error] = caught.value.errors(include_input=False)
    assert "expected https://host (http:// only on this machine)" in error["msg"]
    assert "secret" not in error["msg"]


def test_what_its_owner_runs_has_no_address_until_one_is_set():
    assert LangfuseFetch().base_url == ""


@pytest.mark.parametrize("account", ["", "../other", "a/b", "Two Words", ".hidden"])
def test_an_account_is_a_plain_name_of_a_folder(account):
    with pytest.raises(ValidationError):
        OpenAiFetch(account=account)
