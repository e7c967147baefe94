"""A small published version, whose numbers are worked out by hand."""

import json

import duckdb
import pytest

from pipelines.settings import Settings

TABLES = """
create table fct_token_costs_daily (
    source_name varchar, model_id varchar, charge_date date, billing_currency varchar,
    effective_cost decimal(38, 12), token_count decimal(38, 12), is_billed boolean
);
insert into fct_token_costs_daily values
    ('openai', 'gpt', '2026-09-10', 'USD', 5, 2000, true),
    ('openai', 'gpt', '2026-10-01', 'USD', 4, 1000, true),
    ('openai', 'gpt', '2026-10-31', 'USD', 2, 3000, false),
    -- Nobody counts its tokens.
    ('anthropic', 'claude', '2026-10-02', 'USD', 9, null, true),
    ('mistral', 'small', '2026-10-03', 'EUR', 1, 500, true);
comment on table fct_token_costs_daily is
    'What did a thousand tokens cost? One row per day, model and currency.';
comment on column fct_token_costs_daily.model_id is 'The model.';

create table metrics (
    metric varchar, mart varchar, "column" varchar, numerator varchar,
    denominator varchar, per bigint, filter varchar, time_column varchar,
    currency_column varchar, unit varchar, description varchar, trap varchar
);
insert into metrics values
    ('cost_per_1k_tokens', 'fct_token_costs_daily', 'cost_per_1k_tokens',
    'effective_cost', 'token_count', 1000, null, 'charge_date', 'billing_currency',
    'billing_currency per 1,000 token_count', 'What a thousand tokens cost.',
    'A cost without a count has no unit cost.'),
    ('cost_per_billed_token', 'fct_token_costs_daily', 'cost_per_billed_token',
    'effective_cost', 'token_count', 1, 'is_billed', 'charge_date', 'billing_currency',
    null, 'The same of billed tokens.', null),
    ('token_cost', 'fct_token_costs_daily', 'effective_cost', 'effective_cost', null,
    1, null, 'charge_date', 'billing_currency', null, 'What tokens cost.', null),
    ('models', 'fct_token_costs_daily', 'model_id', '1', null, 1, null, null, null,
    null, 'Rows without a time.', null);

create table fct_reconciliation_monthly as
select
    source_name,
    'USD' as billing_currency,
    verdict,
    cast(null as varchar) as blocking_reason,
    charge_count,
    cast(invoice_amount as decimal(38, 12)) as invoice_amount,
    cast(10.5 as decimal(38, 12)) as ledger_billed_cost,
    cast(10.5 as decimal(38, 12)) as marts_billed_cost,
    cast(invoice_amount - 10.5 as decimal(38, 12)) as tax_difference,
    cast(0 as decimal(38, 12)) as rounding_difference,
    cast(8 as decimal(38, 12)) as token_billed_cost,
    cast(7.75 as decimal(38, 12)) as metered_cost_estimate,
    cast(4000 as decimal(38, 12)) as billed_token_count,
    cast(4000 as decimal(38, 12)) as metered_token_count,
    cast(0.25 as decimal(38, 12)) as metered_price_drift_difference,
    cast(0 as decimal(38, 12)) as metered_unexplained_difference,
    cast(month || '-01' as timestamp) as billing_period_start
from (values
    ('2026-09', 'openai', 'proven', 4, 12.5),
    ('2026-10', 'openai', 'proven', 4, 12.5),
    ('2026-11', 'openai', 'no invoice', 4, null)
) as t (month, source_name, verdict, charge_count, invoice_amount);

create table focus as
select
    *,
    'USD' as BillingCurrency,
    'd1' as x_DeliveryId,
    1 as x_SourceRowPart,
    timestamp '2026-10-01' as BillingPeriodStart,
    'OpenAI API' as ServiceName,
    cast(null as varchar) as ResourceId,
    'Usage' as ChargeCategory,
    'gpt, output' as ChargeDescription,
    cast(100 as decimal(38, 12)) as ConsumedQuantity,
    'Tokens' as ConsumedUnit
from (values
    ('openai', 'proj_a', timestamp '2026-10-05', 'Output Tokens', 1.10, 1.10, 7),
    ('openai', 'proj_a', timestamp '2026-10-05 12:00', 'Output Tokens', 2.05, 2, 8),
    ('openai', 'proj_a', timestamp '2026-10-06', 'Output Tokens', 4, 4, 9),
    ('openai', 'proj_b', timestamp '2026-10-05', 'Output Tokens', 8, 8, 10)
) as t (
    x_SourceName, SubAccountId, ChargePeriodStart, SkuMeter, BilledCost, EffectiveCost,
    x_SourceRowNumber
);
create table deliveries as
select 'd1' as delivery_id, '2026-10' as period, ['costs.json'] as file_names;
"""


@pytest.fixture
def publish(tmp_path):
    """Publish a version of that name, and make it current."""

    def version(name, more=""):
        folder = tmp_path / "home" / "versions" / name
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
            db.execute(TABLES + more)
        manifest = {"row_counts": {"fct_token_costs_daily": 5}}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        link = tmp_path / "home" / "versions" / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        return Settings(exports=tmp_path, home=tmp_path / "home")

    return version


@pytest.fixture
def home(publish):
    """Give the settings of a home with that version."""
    return publish("20261103T060000Z-one")
