"""One reserved instance on AWS and the hours that it covers.

Belongs here: the reservation's fee and its hours. Fee and amortised upfront payment
equal what the hours used plus what stayed unused.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from sample_company.aws.compute import machine
from sample_company.aws.line import REGION, ZONE, Line, line
from sample_company.months import HOUR, Month, at
from sample_company.seeded import hex_id
from sample_company.story import SEARCH

M5_2XLARGE = machine("m5.2xlarge", 8, "32 GiB")

# A feature store on one reserved m5.2xlarge that was off for four days in September.
_RI_OFF = (at("09-12 00:00"), at("09-16 00:00"))
_RI_RECURRING = Decimal("0.125")
_RI_UPFRONT = Decimal(876)
_RI_AMORTIZED = _RI_UPFRONT / 8760
_RI_ON_DEMAND = Decimal("0.384")
_RI_ID = "7c2d9e40-31ab-4f6e-8b15-52d0f3a6c9e7"
RESERVATION: Line = {
    "reservation_reservation_a_r_n": f"arn:aws:ec2:{REGION}:{SEARCH}:reserved-instances/{_RI_ID}",  # noqa: E501
    "reservation_subscription_id": "2317704418",
    "pricing_lease_contract_length": "1yr",
    "pricing_offering_class": "standard",
    "pricing_purchase_option": "Partial Upfront",
    "pricing_term": "Reserved",
}


def _reserved_hour(hour: datetime) -> Line:
    return line(
        "DiscountedUsage",
        SEARCH,
        (hour, hour + HOUR),
        M5_2XLARGE,
        "BoxUsage:m5.2xlarge",
        line_item_operation="RunInstances",
        line_item_availability_zone=ZONE,
        line_item_resource_id="i-0" + hex_id(16, "feature-store"),
        line_item_normalization_factor=Decimal(16),
        line_item_normalized_usage_amount=Decimal(16),
        line_item_unblended_rate="0.0000000000",
        line_item_line_item_description="Linux/UNIX (Amazon VPC), m5.2xlarge "
        "reserved instance applied",
        pricing_public_on_demand_cost=_RI_ON_DEMAND,
        pricing_public_on_demand_rate=f"{_RI_ON_DEMAND:.10f}",
        pricing_unit="Hrs",
        reservation_amortized_upfront_cost_for_usage=_RI_AMORTIZED,
        reservation_effective_cost=_RI_AMORTIZED + _RI_RECURRING,
        reservation_recurring_fee_for_usage=_RI_RECURRING,
        resource_tags={
            "user:environment": "production",
            "user:project": "feature-store",
            "user:team": "search",
        },
        **RESERVATION,
    )


def _reservation_fee(month: Month, unused: int) -> Line:
    count = int((month.end - month.start) / HOUR)
    units = f"{count}.0000000000"
    return line(
        "RIFee",
        SEARCH,
        (month.start, month.end - timedelta(seconds=1)),
        M5_2XLARGE,
        "HeavyUsage:m5.2xlarge",
        line_item_operation="RunInstances",
        line_item_usage_amount=Decimal(count),
        line_item_normalization_factor=Decimal(16),
        line_item_normalized_usage_amount=Decimal(16 * count),
        line_item_unblended_rate=f"{_RI_RECURRING:.10f}",
        line_item_unblended_cost=_RI_RECURRING * count,
        line_item_line_item_description="USD 0.125 hourly fee per Linux/UNIX "
        "(Amazon VPC), m5.2xlarge instance",
        reservation_amortized_upfront_fee_for_billing_period=_RI_AMORTIZED * count,
        reservation_start_time=at("02-10 00:00"),
        reservation_end_time="2027-02-09T23:59:59.000Z",
        reservation_modification_status="Original",
        reservation_number_of_reservations="1",
        reservation_total_reserved_units=units,
        reservation_units_per_reservation=units,
        reservation_total_reserved_normalized_units=f"{16 * count}.0000000000",
        reservation_normalized_units_per_reservation=f"{16 * count}.0000000000",
        reservation_unused_amortized_upfront_fee_for_billing_period=_RI_AMORTIZED
        * unused,
        reservation_unused_normalized_unit_quantity=Decimal(16 * unused),
        reservation_unused_quantity=Decimal(unused),
        reservation_unused_recurring_fee=_RI_RECURRING * unused,
        reservation_upfront_value=_RI_UPFRONT,
        **RESERVATION,
    )


def reserved_lines(month: Month) -> list[Line]:
    """Give the fee of a month and every hour that it covered."""
    hours = list(month.hours())
    on = [hour for hour in hours if not _RI_OFF[0] <= hour < _RI_OFF[1]]
    fee = _reservation_fee(month, len(hours) - len(on))
    return [fee, *(_reserved_hour(hour) for hour in on)]
