"""Three months of the sample company, fetched: the ledger says what its files say."""

import pytest
import sample_vendors
from fake_vendors import Anthropic, OpenAi
from in_memory import asked

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MONTHS = ("2026-08", "2026-09", "2026-10")
SUMS = {
    "focus": "sum(BilledCost), sum(EffectiveCost), count(*)",
    "model_usage": (
        "sum(input_uncached_tokens), sum(input_cache_read_tokens), sum(output_tokens), "
        "sum(request_count), count(*)"
    ),
}


def totals(settings, names):
    """Give source and month -> sums of its partition."""
    sources = [source for source in all_sources(settings) if source.name in names]
    landing = scan(settings, sources)
    found = {}
    for source in sources:
        for month in MONTHS:
            deliveries = landing.of(source, month)
            if not deliveries:  # Claude Code is used from October on
                continue
            partition = write_partition(settings, source, deliveries, month)
            with asked() as db:
                found[source.name, month] = db.execute(
                    f"select {SUMS[source.table]} from '{partition.files[0]}'"
                ).fetchone()
    return landing, found


def sample(tmp_path, names):
    """Give the totals of the sample's own files."""
    of_files = Settings(exports=sample_vendors.SAMPLE, home=tmp_path / "sample")
    return totals(of_files, names)[1]


def test_openai_is_the_same_money_and_tokens(serve, asking, settings, tmp_path):
    names = {"openai", "openai_usage"}

    outcomes = asking(
        "openai",
        serve(OpenAi(sample_vendors.openai())),
        "sk-admin-right",
        now="2026-11-20T06:00:00",
    )
    landing, fetched = totals(settings, names)

    assert [o.said for o in outcomes if o.failed] == []
    assert landing.refusals == ()
    assert fetched == sample(tmp_path, names)


def test_anthropic_is_the_same_money_and_tokens(serve, asking, settings, tmp_path):
    names = {"anthropic", "anthropic_usage", "claude_code"}

    outcomes = asking(
        "anthropic",
        serve(Anthropic(sample_vendors.anthropic(), largest=60)),
        "sk-ant-admin01-right",
        now="2026-11-20T06:00:00",
    )
    landing, fetched = totals(settings, names)

    assert [o.said for o in outcomes if o.failed] == []
    assert landing.refusals == ()
    assert fetched == sample(tmp_path, names)
