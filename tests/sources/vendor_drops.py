"""What a source claims and groups in a folder, without hashing or recording it."""

import os
from datetime import UTC, datetime, timedelta

from pipelines.landing.candidates import sniff
from pipelines.landing.source import Delivery


def candidates(source, exports):
    found = [
        sniff(path, exports) for path in sorted(exports.rglob("*")) if path.is_file()
    ]
    return [candidate for candidate in found if source.claims(candidate)]


def deliveries(source, exports):
    return [
        Delivery(
            delivery_id=f"{source.name}-{number}",
            source=source.name,
            table=source.table,
            scope=drop.scope,
            periods=drop.periods,
            delivered_at=drop.delivered_at,
            files=tuple(file.path for file in drop.files),
            names=tuple(file.name for file in drop.files),
            batch=drop.batch,
            size=0,
        )
        for number, drop in enumerate(source.drops(candidates(source, exports)))
    ]


def dated(path, days):
    """Let a file be this many days old."""
    moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))
    return path
