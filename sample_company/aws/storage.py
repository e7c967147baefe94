"""AWS storage and network: what surrounds the models and is billed by the day.

Belongs here: buckets, volumes, gateways and traffic. Some of it carries no tags, as
in most companies.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sample_company.aws.line import Line, Price, Product, usage
from sample_company.months import DAY, Month
from sample_company.seeded import between
from sample_company.story import MARKETING, SEARCH, TRAINING

S3 = Product(
    "AmazonS3",
    "Amazon Simple Storage Service",
    "Storage",
    {"storage_class": "General Purpose", "volume_type": "Standard"},
)
EBS = Product(
    "AmazonEC2",
    "Amazon Elastic Compute Cloud",
    "Storage",
    {"storage_media": "SSD-backed", "volume_type": "General Purpose"},
)
NAT = Product("AmazonEC2", "Amazon Elastic Compute Cloud", "NAT Gateway")
TRAFFIC = Product("AWSDataTransfer", "AWS Data Transfer", "Data Transfer")


@dataclass(frozen=True, slots=True)
class _Meter:
    account: str
    product: Product
    usage_type: str
    operation: str
    resource: str
    daily: str
    rate: str
    unit: str
    wording: str
    tags: Mapping[str, str]


_TEAM = {"user:team": "training", "user:project": "foundation-models"}
_S3_WORDS = "$0.023 per GB - first 50 TB / month of storage used"
_OUT_WORDS = (
    "$0.090 per GB - first 10 TB / month data transfer out beyond the global free tier"
)
_EBS_WORDS = "$0.08 per GB-month of General Purpose (gp3) provisioned storage"
_METERS = (
    _Meter(
        TRAINING,
        S3,
        "TimedStorage-ByteHrs",
        "StandardStorage",
        "lumen-checkpoints",
        "1240",
        "0.023",
        "GB-Mo",
        _S3_WORDS,
        _TEAM,
    ),
    _Meter(
        TRAINING,
        S3,
        "TimedStorage-ByteHrs",
        "StandardStorage",
        "lumen-corpus",
        "610",
        "0.023",
        "GB-Mo",
        _S3_WORDS,
        {},
    ),
    _Meter(
        SEARCH,
        S3,
        "TimedStorage-ByteHrs",
        "StandardStorage",
        "lumen-search-index",
        "96",
        "0.023",
        "GB-Mo",
        _S3_WORDS,
        {"user:team": "search"},
    ),
    _Meter(
        TRAINING,
        EBS,
        "EBS:VolumeUsage.gp3",
        "CreateVolume-Gp3",
        "vol-0a41c7d2e95b38f60",
        "131.5",
        "0.08",
        "GB-Mo",
        _EBS_WORDS,
        _TEAM,
    ),
    _Meter(
        SEARCH,
        EBS,
        "EBS:VolumeUsage.gp3",
        "CreateVolume-Gp3",
        "vol-07be20d94c1f5a833",
        "16.4",
        "0.08",
        "GB-Mo",
        _EBS_WORDS,
        {"user:team": "search"},
    ),
    _Meter(
        SEARCH,
        NAT,
        "NatGateway-Hours",
        "NatGateway",
        "nat-0d3b6f18a2c4e7905",
        "24",
        "0.045",
        "Hrs",
        "$0.045 per NAT Gateway Hour",
        {},
    ),
    _Meter(
        SEARCH,
        NAT,
        "NatGateway-Bytes",
        "NatGateway",
        "nat-0d3b6f18a2c4e7905",
        "182",
        "0.045",
        "GB",
        "$0.045 per GB Data Processed by NAT Gateways",
        {},
    ),
    _Meter(
        SEARCH,
        TRAFFIC,
        "DataTransfer-Out-Bytes",
        "RunInstances",
        "",
        "74",
        "0.09",
        "GB",
        _OUT_WORDS,
        {},
    ),
    _Meter(
        MARKETING,
        TRAFFIC,
        "DataTransfer-Out-Bytes",
        "RunInstances",
        "",
        "21",
        "0.09",
        "GB",
        _OUT_WORDS,
        {"user:team": "marketing"},
    ),
)


def storage_lines(month: Month) -> Iterator[Line]:
    """Give every line of storage and network of a month."""
    for day in month.days():
        for meter in _METERS:
            swing = between(
                "0.94", "1.06", "storage", day, meter.resource, meter.account
            )
            steady = meter.unit == "Hrs"
            size = Decimal(meter.daily) * (1 if steady else swing)
            yield usage(
                meter.account,
                (day, day + DAY),
                meter.product,
                meter.usage_type,
                size.quantize(Decimal("0.000001")),
                Price(Decimal(meter.rate), meter.unit, meter.wording),
                line_item_operation=meter.operation,
                line_item_resource_id=meter.resource,
                resource_tags=meter.tags,
            )
