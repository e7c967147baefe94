"""Fake vendors that serve, and calls of `fetch` against them that wait for nothing."""

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from fake_vendors import FakeVendor, serving

from pipelines.fetching.fetch import Call, fetch
from pipelines.fetching.registry import VENDORS


@pytest.fixture
def serve():
    """Start a fake vendor; it ends with the test."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(serving(FakeVendor(answer)))


@pytest.fixture
def asking(settings, monkeypatch):
    """Fetch from a fake vendor; give the outcomes. Waiting is only written down."""
    waited, said = [], []

    def ask(name, fake, key, *, now, since="2026-08", **chosen):
        vendor = VENDORS[name]
        fields = {"base_url": fake.url, **chosen}
        section = vendor.settings(settings.fetch).model_copy(update=fields)
        of_all = settings.fetch.model_copy(update={name: section})
        with_fake = settings.model_copy(update={"fetch": of_all})
        monkeypatch.setenv(section.key_variable, key)
        at = datetime.fromisoformat(now).replace(tzinfo=UTC)
        call = Call(with_fake, since, lambda: at, said.append, waited.append)
        return list(fetch(call, [vendor]))

    ask.waited, ask.said = waited, said
    return ask


@pytest.fixture
def files(settings):
    """Give the fetched files: path below the exports folder -> bytes."""

    def found():
        return {
            path.relative_to(settings.exports_dir).as_posix(): path.read_bytes()
            for path in sorted(settings.exports_dir.rglob("*"))
            if path.is_file()
            and ".unitmill" not in path.relative_to(settings.exports_dir).parts
        }

    return found
