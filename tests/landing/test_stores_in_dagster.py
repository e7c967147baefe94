"""Object stores behind Dagster: what starts a build, how it fails, what is unsaid."""

import logging

import dagster as dg
import pytest

from pipelines.defs import landing as landing_defs
from pipelines.defs.automation import automation
from pipelines.defs.home import home_resource
from pipelines.defs.inputs import inputs_resource
from pipelines.defs.landing import DELIVERIES, landing_asset
from pipelines.landing.deliveries import record, scan
from pipelines.landing.source import TransientError
from pipelines.landing.stores import open_store
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.stale import stale_partitions
from pipelines.settings import LandingSettings
from pipelines.sources.registry import all_sources

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

INVOICES = (
    "invoice_issuer_name,invoice_id,ledger_source,billing_period,billing_currency,"
    "invoice_amount,tax_amount\n"
    "Acme,{number},aws,2026-08,USD,{amount},0.00\n"
)
SAS = (
    "sv=2024-08-04&ss=b&srt=sco&sp=rl&se=2027-01-01T00%3A00%3A00Z&sig=U2Vob2VyR2VoZWlt"
)


@pytest.fixture
def tick():
    """Let the sensor look once; give what it asks for."""

    def once(settings):
        [sensor] = [
            sensor
            for sensor in automation(settings, all_sources(settings)).sensors
            if sensor.name == "new_deliveries"
        ]
        with dg.DagsterInstance.ephemeral() as instance:
            return sensor(dg.build_sensor_context(instance=instance))

    return once


@pytest.fixture
def build(settings):
    """Do what a build does until the ledger is whole."""

    def once(settings):
        sources = all_sources(settings)
        landing = scan(settings, sources)
        assert landing.refusals == ()
        record(settings.deliveries_file, landing, sources)
        for item in stale_partitions(settings.ledger_dir, landing, sources):
            write_partition(settings, item.source, item.deliveries, item.period)

    return once


@pytest.fixture
def materialize(settings, tmp_path, monkeypatch):
    """Materialize the deliveries; give the result and what was written or logged."""
    monkeypatch.setattr(landing_defs, "PAUSE", 0.1)

    def once(settings, caplog):
        folder = tmp_path / "dagster"
        folder.mkdir(exist_ok=True)
        with dg.DagsterInstance.local_temp(str(folder)) as instance:
            result = dg.materialize(
                [landing_asset(settings)],
                instance=instance,
                resources={
                    "home": home_resource(settings, {DELIVERIES}),
                    "inputs": inputs_resource(settings, all_sources(settings)),
                },
                raise_on_error=False,
            )
            events = [str(event) for event in instance.all_logs(result.run_id)]
        written = [
            path.read_bytes()
            for place in (folder, settings.home_dir)
            for path in place.rglob("*")
            if path.is_file()
        ]
        return result, "\n".join([*events, caplog.text]).encode() + b"".join(written)

    return once


def invoice(number, amount):
    return INVOICES.format(number=number, amount=amount)


def test_the_sensor_sees_new_objects_and_reads_none(s3, stored, tick, build):
    settings = stored(s3)
    s3.put("invoices-1.csv", invoice("A-1", "1.50"))
    first = tick(settings)
    assert tick(settings).run_key == first.run_key
    assert s3.fetched() == []

    build(settings)
    assert "holds everything" in tick(settings).skip_message

    s3.put("invoices-2.csv", invoice("A-2", "2.50"))
    assert tick(settings).run_key != first.run_key
    assert s3.fetched() == ["invoices-1.csv"]


def test_an_object_that_left_starts_no_build(s3, stored, tick, build):
    settings = stored(s3)
    s3.put("invoices-1.csv", invoice("A-1", "1.50"))
    s3.put("invoices-2.csv", invoice("A-2", "2.50"))
    build(settings)
    s3.remove("invoices-1.csv")

    assert "holds everything" in tick(settings).skip_message


def test_the_sensor_names_a_store_that_is_out_of_reach(s3, stored, tick):
    s3.unplug()

    assert tick(stored(s3)).skip_message.startswith(f"{s3.url}: cannot be listed")


def test_no_credential_is_in_what_a_good_run_leaves(cloud, stored, materialize, caplog):
    caplog.set_level(logging.DEBUG)
    cloud.put("invoices.csv", invoice("A-1", "1.50"))

    result, everything = materialize(stored(cloud), caplog)

    assert result.success
    assert f"{cloud.url}/invoices.csv".encode() in everything
    assert cloud.secret.encode() not in everything


@pytest.mark.slow
def test_a_run_without_its_store_is_tried_again_and_leaves_the_record(
    s3, stored, build, materialize, caplog
):
    settings = stored(s3)
    s3.put("invoices.csv", invoice("A-1", "1.50"))
    build(settings)
    before = settings.deliveries_file.read_bytes()
    s3.unplug()

    result, everything = materialize(settings, caplog)

    assert not result.success
    kinds = [event.event_type_value for event in result.all_events]
    assert kinds.count("STEP_RESTARTED") == 3
    assert f"{s3.url}: cannot be listed".encode() in everything
    assert s3.secret.encode() not in everything
    assert settings.deliveries_file.read_bytes() == before


@pytest.mark.slow
def test_a_token_that_azure_repeats_in_its_answer_is_not_passed_on(
    moto, settings, monkeypatch, materialize, caplog
):
    """Azure's errors show the address of the request, and the SAS token is in it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        f"BlobEndpoint=http://{moto[0]}/acme;AccountName=acme;"
        f"SharedAccessSignature={SAS}",
    )
    url = "abfss://exports@acme.dfs.core.windows.net/focus"
    settings = settings.model_copy(update={"landing": LandingSettings(stores=[url])})
    with pytest.raises(TransientError) as refused:
        open_store(url)
    assert "sig=" in str(refused.value.__context__)

    result, everything = materialize(settings, caplog)

    assert not result.success
    assert f"{url}: cannot be listed".encode() in everything
    assert b"sig=" not in everything
    assert b"U2Vob2VyR2VoZWlt" not in everything
