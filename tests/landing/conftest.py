"""Settings that read object stores; the servers are those of the whole folder."""

import pytest

from pipelines.settings import LandingSettings


@pytest.fixture
def stored(settings):
    """Give settings that read a store beside the exports folder."""

    def of(*clouds):
        urls = [cloud.url for cloud in clouds]
        return settings.model_copy(update={"landing": LandingSettings(stores=urls)})

    return of
