-- K1: how many times a year does stock turn? One row per reading x period x dimension value.
-- turnover = cost of the outflow x 365 / days observed / mean of the daily closing values; the numerator is annualised, the denominator
-- is the mean. Company and category: cost of sales. Item: cost of sales and issues to production; warehouse: transfers out as well.
with items as (
    select item_id, category_id from {{ ref("dim_item") }}
),

usage as (
    select
        usage.item_id,
        items.category_id,
        usage.warehouse_id,
        usage.month_start,
        coalesce(usage.cost_of_sales_micro, 0) as cost_of_sales_micro,
        coalesce(usage.production_issue_micro, 0) as production_issue_micro,
        coalesce(usage.transfer_out_micro, 0) as transfer_out_micro
    from {{ ref("int_usage_month") }} as usage
    left join items
        on usage.item_id = items.item_id
),

stock as (
    select
        stock.item_id,
        items.category_id,
        stock.warehouse_id,
        stock.stock_class,
        stock.month_start,
        stock.value_day_micro
    from {{ ref("int_stock_month") }} as stock
    left join items
        on stock.item_id = items.item_id
),

-- numerator: cost of the outflow; denominator: value x days. Both in currency, summed over the months of a period.
sales_facts as (
    select 'headline' as reading, month_start as fact_date, category_id, {{ from_micro("cost_of_sales_micro") }} as numerator,
        cast(0 as decimal(38, 6)) as denominator, 0 as record_count
    from usage
    union all
    select 'headline', month_start, category_id, 0, {{ from_micro("value_day_micro") }}, 1
    from stock
    union all
    select 'mean_value_' || stock_class, month_start, category_id, 0, {{ from_micro("value_day_micro") }}, 1
    from stock
),

item_facts as (
    select 'headline' as reading, month_start as fact_date, item_id,
        {{ from_micro("cost_of_sales_micro + production_issue_micro") }} as numerator,
        cast(0 as decimal(38, 6)) as denominator, 0 as record_count
    from usage
    union all
    select 'headline', month_start, item_id, 0, {{ from_micro("value_day_micro") }}, 1
    from stock
),

warehouse_facts as (
    select 'headline' as reading, month_start as fact_date, warehouse_id,
        {{ from_micro("cost_of_sales_micro + production_issue_micro + transfer_out_micro") }} as numerator,
        cast(0 as decimal(38, 6)) as denominator, 0 as record_count
    from usage
    union all
    select 'headline', month_start, warehouse_id, 0, {{ from_micro("value_day_micro") }}, 1
    from stock
    union all
    select 'mean_value_' || stock_class, month_start, warehouse_id, 0, {{ from_micro("value_day_micro") }}, 1
    from stock
),

sums as (
    select * from {{ kpi_rollup("sales_facts", {"company": none, "category": "category_id"}) }}
    union all by name
    select * from {{ kpi_rollup("item_facts", {"item": "item_id"}) }}
    union all by name
    select * from {{ kpi_rollup("warehouse_facts", {"warehouse": "warehouse_id"}) }}
),

observed as (
    select
        sums.*,
        periods.days_observed,
        round(cast(sums.denominator as double) / periods.days_observed, 6) as mean_value,
        round(cast(sums.numerator as double) * 365 / periods.days_observed, 6) as annual_outflow
    from sums
    inner join {{ ref("int_periods") }} as periods
        on sums.period_kind = periods.period_kind
        and sums.period_start = periods.period_start
),

readings as (
    select
        case when reading = 'headline' then 'headline' else reading end as reading,
        case when reading = 'headline' then 'turns_per_year' else 'currency' end as unit,
        period_kind, period_start, dimension, dimension_key,
        case when reading = 'headline' then annual_outflow else mean_value end as numerator,
        case when reading = 'headline' then mean_value end as denominator,
        record_count
    from observed
    union all by name
    -- Days inventory outstanding = 365 / turnover = value x days / cost of the outflow.
    select
        'dio' as reading,
        'days' as unit,
        period_kind, period_start, dimension, dimension_key,
        denominator as numerator,
        numerator as denominator,
        record_count
    from observed
    where reading = 'headline'
    union all by name
    select
        'mean_value' as reading,
        'currency' as unit,
        period_kind, period_start, dimension, dimension_key,
        mean_value as numerator,
        null as denominator,
        record_count
    from observed
    where reading = 'headline'
)

select
    'inventory_turnover' as kpi,
    reading,
    unit,
    period_kind,
    period_start,
    dimension,
    dimension_key,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    record_count
from readings
