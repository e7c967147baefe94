"""What use bills when credits have paid for it, which several vendors sell."""

from pipelines.settings.sections import Billing


def billed_cost(billing: Billing) -> str:
    """Give the SQL of BilledCost, of a row whose ``cost`` is what its use costs.

    FOCUS bills the purchase of what is prepaid; the use of it bills nothing again.
    """
    return "cost" if billing == "invoiced" else "cast(0 as decimal(38, 12))"
