"""The bundle that Apache Superset imports: a database, datasets, charts, a dashboard.

Superset reads no comments of views and no metric of dbt; the bundle brings both, with
the metrics certified. Belongs here: the form of Superset's export, version 1.0.0. Does
not belong here: which charts there are (``charts``).
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy
import yaml
from sqlalchemy.engine import URL

from pipelines.semantic.charts import CHARTS, Chart
from pipelines.semantic.dashboard import TITLE, layout
from pipelines.semantic.metrics import Metric
from pipelines.semantic.published import Field, Table

# Where each kind of database has the marts.
SCHEMAS = {"duckdb": "main", "postgresql": "marts"}
VERSION = "1.0.0"
# What Superset writes for a password; it asks for the password when it imports it.
MASK = "X" * 10
# The same bundle has the same bytes.
_TIME = "2026-01-01T00:00:00+00:00"
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)
_CERTIFIED = {"certified_by": "Unitmill", "details": "Published behind its gate."}
# The same of what is no dataset and no metric.
_SIGNED = {
    "certified_by": _CERTIFIED["certified_by"],
    "certification_details": _CERTIFIED["details"],
}

Document = dict[str, Any]


class AddressError(Exception):
    """The address is of no database that the marts can be in."""


def bundle(tables: Sequence[Table], address: str, schema: str | None = None) -> bytes:
    """Give the zip that Superset imports under Dashboards.

    Args:
        tables: those that become datasets.
        address: SQLAlchemy's address of the database, as Superset reaches it. A
            password in it is left out; Superset asks for it.
        schema: where the tables are; by default `main` in DuckDB, `marts` in Postgres.

    Raises:
        AddressError: the address is none, or of another kind of database.
    """
    url = _url(address)
    kind = url.get_backend_name()
    place = schema or SCHEMAS[kind]
    there = {table.name for table in tables}
    charts = {name: one for name, one in CHARTS.items() if one.mart in there}
    files: dict[str, Document] = {
        "metadata.yaml": {"version": VERSION, "timestamp": _TIME},
        "databases/unitmill.yaml": _database(url),
    }
    for table in tables:
        files[f"datasets/unitmill/{table.name}.yaml"] = _dataset(table, kind, place)
    for name, chart in charts.items():
        files[f"charts/{name}.yaml"] = _chart(name, chart, kind)
    files["dashboards/unitmill.yaml"] = {
        "dashboard_title": TITLE,
        "published": True,
        "uuid": _id(kind, "dashboard", TITLE),
        "version": VERSION,
        **_SIGNED,
        **layout({name: _id(kind, "chart", name) for name in charts}),
    }
    return _zipped(files)


def _chart(name: str, chart: Chart, kind: str) -> Document:
    return {
        "slice_name": chart.title,
        "description": chart.says,
        "viz_type": chart.params["viz_type"],
        "params": chart.params,
        "uuid": _id(kind, "chart", name),
        "version": VERSION,
        "dataset_uuid": _id(kind, "dataset", chart.mart),
        **_SIGNED,
    }


def _url(address: str) -> URL:
    known = " or ".join(f"{kind}://..." for kind in SCHEMAS)
    try:
        url = sqlalchemy.make_url(address)
    except sqlalchemy.exc.ArgumentError as error:
        # The address is not repeated: it may hold a password.
        raise AddressError(f"the address is none; expected {known}") from error
    if url.get_backend_name() not in SCHEMAS:
        raise AddressError(
            f"the address is of {url.get_backend_name()}; expected {known}"
        )
    return url


def _id(*names: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(("unitmill", *names))))


def _database(url: URL) -> Document:
    shown = url.set(password=MASK) if url.password else url
    # A version is never written to, and its file says so, too.
    options = {"engine_params": {"connect_args": {"read_only": True}}}
    return {
        "database_name": f"Unitmill ({url.get_backend_name()})",
        "sqlalchemy_uri": shown.render_as_string(hide_password=False),
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        # Superset imports no database without it.
        "extra": options if url.get_backend_name() == "duckdb" else {},
        "uuid": _id(url.get_backend_name(), "database"),
        "version": VERSION,
    }


def _dataset(table: Table, kind: str, schema: str) -> Document:
    return {
        "table_name": table.name,
        "main_dttm_col": table.time_column,
        "description": table.description,
        "schema": schema,
        "extra": {"certification": _CERTIFIED},
        "metrics": [_metric(metric) for metric in table.metrics],
        "columns": [_column(field) for field in table.fields],
        "uuid": _id(kind, "dataset", table.name),
        "version": VERSION,
        "database_uuid": _id(kind, "database"),
    }


def _metric(metric: Metric) -> Document:
    trap = {"warning_markdown": metric.trap} if metric.trap else {}
    return {
        "metric_name": metric.metric,
        "verbose_name": metric.metric.replace("_", " "),
        "description": f"{metric.description} Unit: {metric.unit}.",
        "expression": metric.expression,
        "d3format": _format(metric),
        "extra": {"certification": _CERTIFIED, **trap},
    }


def _format(metric: Metric) -> str:
    if metric.denominator is None:
        return ",.2f"
    return ".1%" if metric.is_ratio else ".4~g"


def _column(field: Field) -> Document:
    return {
        "column_name": field.name,
        "type": field.type,
        "is_dttm": field.type in {"DATE", "TIMESTAMP"},
        "groupby": True,
        "filterable": True,
        "is_active": True,
        "description": field.description,
    }


def _zipped(files: dict[str, Document]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in files.items():
            text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
            member = zipfile.ZipInfo(f"unitmill/{name}", _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return out.getvalue()


def metrics_of(archive: bytes) -> Iterable[tuple[str, str, str, str]]:
    """Read a bundle back: schema, table, metric and SQL of each of its metrics."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        for name in found.namelist():
            if "/datasets/" in name:
                one = yaml.safe_load(found.read(name))
                for metric in one["metrics"]:
                    said = metric["metric_name"], metric["expression"]
                    yield one["schema"], one["table_name"], *said
