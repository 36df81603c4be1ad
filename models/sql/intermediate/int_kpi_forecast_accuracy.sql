-- How good was the forecast when it mattered? One row per reading x period x dimension value.
-- Headline: accuracy = 1 - WAPE at the lead-time lag = (demand - absolute errors) / demand; beside it WAPE, signed bias (+ is too much
-- forecast), and what each step added: WAPE of the step before minus its own.
with errors as (
    select
        lagged.*,
        items.category_id,
        abs(forecast_quantity - demand_quantity) as absolute_error,
        abs(naive_quantity - demand_quantity) as naive_error,
        abs(baseline_quantity - demand_quantity) as baseline_error,
        abs(sales_quantity - demand_quantity) as sales_error,
        forecast_quantity - demand_quantity as signed_error
    from {{ ref("int_forecast_at_lag") }} as lagged
    inner join {{ ref("dim_item") }} as items
        on lagged.item_id = items.item_id
    -- Weeks drive the plan; a series counts once, by months only where it has no weekly forecast.
    qualify lagged.frequency = max(lagged.frequency) over (partition by lagged.series_id)
),

facts as (
    {%- for reading, numerator, condition in [
        ("headline", "demand_quantity - absolute_error", "true"),
        ("wape", "absolute_error", "true"),
        ("bias", "signed_error", "true"),
        ("value_added_by_model", "naive_error - baseline_error", "naive_error is not null"),
        ("value_added_by_sales", "baseline_error - sales_error", "is_moved_by_sales"),
        ("value_added_by_override", "sales_error - absolute_error", "override_quantity is not null"),
    ] %}
    select
        '{{ reading }}' as reading,
        period_start as fact_date,
        item_id,
        category_id,
        warehouse_id,
        model,
        cast({{ numerator }} as decimal(38, 6)) as numerator,
        cast(demand_quantity as decimal(38, 6)) as denominator,
        1 as record_count
    from errors
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    'forecast_accuracy' as kpi,
    reading,
    'rate' as unit,
    period_kind,
    period_start,
    dimension,
    dimension_key,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    record_count
from {{ kpi_rollup(
    "facts",
    {
        "company": none, "item": "item_id", "category": "category_id", "warehouse": "warehouse_id", "model": "model",
    },
    ["week", "month", "quarter", "ttm"], ["company"],
) }}
