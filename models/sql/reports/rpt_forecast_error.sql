-- How wrong was each forecast that could still be acted on, step by step? One row per series x frequency x complete period of two years.
-- Each step's number for the same period: naive (the same period of the year before), baseline (the model), sales (with what sales
-- expected), override (a person), forecast (what served). The interval is the one archived with the same forecast.
with company as (
    select * from {{ ref("int_company") }}
),

lagged as (
    select lagged.*
    from {{ ref("int_forecast_at_lag") }} as lagged
    cross join company
    where lagged.period_start > company.data_through - interval 24 month
),

demand as (
    select series_id, 'week' as frequency, period_start, demand_quantity, is_in_stock, is_complete
    from {{ ref("fct_demand_week") }}
    union all by name
    select series_id, 'month' as frequency, period_start, demand_quantity, is_in_stock, is_complete
    from {{ ref("fct_demand_month") }}
),

intervals as (
    select
        forecasts.series_id,
        forecasts.frequency,
        forecasts.period_start,
        {%- for measure in ["p025", "p10", "p90", "p975"] %}
        max(forecasts.quantity) filter (where forecasts.measure = '{{ measure }}') as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ source("forecast", "demand_forecasts") }} as forecasts
    inner join lagged
        on forecasts.series_id = lagged.series_id
        and forecasts.frequency = lagged.frequency
        and forecasts.period_start = lagged.period_start
        and forecasts.forecast_run_id = lagged.forecast_run_id
        and forecasts.cutoff = lagged.cutoff
    where forecasts.measure in ('p025', 'p10', 'p90', 'p975')
    group by all
),

champions as (
    select series_id, frequency, demand_pattern from {{ source("forecast", "champions") }}
)

select
    lagged.series_id,
    {{ item_labels() }},
    {{ category_labels() }},
    {{ warehouse_labels() }},
    lagged.frequency,
    lagged.period_start,
    lagged.cutoff,
    cast(case
        when lagged.frequency = 'week' then date_diff('day', lagged.cutoff, lagged.period_start) // 7 + 1
        else date_diff('month', lagged.cutoff, lagged.period_start)
    end as bigint) as horizon,
    lagged.origin as forecast_origin,
    lagged.model,
    champions.demand_pattern,
    coalesce(demand.is_in_stock, true) as is_in_stock,
    lagged.demand_quantity,
    lagged.naive_quantity,
    lagged.baseline_quantity,
    lagged.sales_quantity,
    lagged.is_moved_by_sales,
    lagged.override_quantity,
    lagged.forecast_quantity,
    intervals.p025,
    intervals.p10,
    intervals.p90,
    intervals.p975,
    coalesce(unit_costs.unit_cost_micro, 0) / 1000000.0 as unit_cost
from lagged
inner join {{ ref("dim_item") }} as items
    on lagged.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on lagged.warehouse_id = warehouses.warehouse_id
left join demand
    on lagged.series_id = demand.series_id
    and lagged.frequency = demand.frequency
    and lagged.period_start = demand.period_start
left join intervals
    on lagged.series_id = intervals.series_id
    and lagged.frequency = intervals.frequency
    and lagged.period_start = intervals.period_start
left join champions
    on lagged.series_id = champions.series_id
    and lagged.frequency = champions.frequency
left join {{ ref("int_unit_cost") }} as unit_costs
    on lagged.item_id = unit_costs.item_id
    and lagged.warehouse_id = unit_costs.warehouse_id
