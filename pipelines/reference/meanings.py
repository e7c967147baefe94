"""What the columns of the reference tables say, for people who look at one.

Belongs here: a sentence for each column. Does not belong here: the types, which stand
beside what writes a table.
"""

from pipelines.reference.settings_used import COLUMNS

CURRENCY = "The currency of the amounts: three letters of ISO 4217."
SETTINGS = {name: f"The setting `{key}`." for name, (_, key) in COLUMNS.items()}
EXCHANGE_RATES = {
    "rate_date": "The day of the charges that the rate converts.",
    "billing_currency": "The currency that is converted.",
    "reporting_currency": "The currency that it is converted into.",
    "exchange_rate": "One unit of billing_currency in reporting_currency.",
    "quoted_on": "The day of the quote: rate_date, or the last one before it.",
    "rate_source": "Who quoted it: the ECB, or the owner's file.",
}
LIST_PRICES = {
    "provider_name": "Who sells the model.",
    "model_id": "The model as bills name it.",
    "sku_meter": "What the price is of: input, cached input, cache write or output.",
    "processing_tier": "How the answer was asked for: standard, batch, flex, priority.",
    "valid_from": "First day of the price; NULL from the beginning.",
    "valid_to": "The day from which the next price holds; NULL while this one does.",
    "price_per_1m_tokens": "The public price of a million tokens.",
    "billing_currency": "The currency of the price.",
    "price_source": "Where the price was read.",
}
PUBLISHED_TOTALS = {
    "build_id": "The build that was published.",
    "published_at": "When it was published (UTC).",
    "source_name": "The source of cost.",
    "period": "The billing month.",
    "billing_currency": CURRENCY,
    "charge_count": "How many charges the month had.",
    "billed_cost": "What they added to the invoice.",
    "effective_cost": "What the use cost after all discounts.",
    "delivery_ids": "The deliveries that the month was made of.",
}
PUBLISHED_FORECASTS = {
    "version": "The published version that forecast.",
    "scope_type": "Whose cost was forecast: a team, a project, a service.",
    "scope_value": "Its name.",
    "currency": CURRENCY,
    "model_name": "The model that forecast.",
    "as_of_date": "The last day that the model knew.",
    "forecast_date": "The day that was forecast.",
    "horizon_days": "How many days ahead that is.",
    "expected_cost": "What the day was expected to cost.",
    "lower_80": "The lower end of the interval that holds 80 of 100 days.",
    "upper_80": "The upper end of the interval that holds 80 of 100 days.",
    "lower_90": "The lower end of the interval that holds 90 of 100 days.",
    "upper_90": "The upper end of the interval that holds 90 of 100 days.",
}
