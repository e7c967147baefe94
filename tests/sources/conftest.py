"""What tests of sources share: small files, lines of JSON, what was left out."""

import json
import pickle

import pytest
import sample_seeds
from in_memory import asked

from pipelines.ledger.tally import left_out


@pytest.fixture(scope="session")
def seeds(once_a_session):
    """Give small files of every source, which are cut once a session."""
    with once_a_session("seeds") as folder:
        kept = folder / "seeds"
        if not kept.exists():
            kept.write_bytes(pickle.dumps(sample_seeds.seeds(folder / "home")))
    return pickle.loads(kept.read_bytes())


@pytest.fixture
def put_lines(put):
    """Put documents into the exports folder, one a line."""

    def write(name, *documents, hour=0):
        text = "".join(json.dumps(document) + "\n" for document in documents)
        return put(name, text, hour)

    return write


@pytest.fixture
def reasons(settings):
    """Give how many rows the partitions left out, by reason."""

    def counted():
        with asked() as db:
            found = db.execute(
                "select reason, sum(row_count)::int from "
                f"({left_out(settings.ledger_dir)}) group by all"
            ).fetchall()
        return dict(found)

    return counted
