-- How does the error grow with the distance, and do the intervals cover? One row per source x frequency x origin x cutoff x horizon x
-- demand pattern x model.
-- Source 'archive': the forecasts that served, model ''. Source 'backtest': every model at the rolling origins of the last selection;
-- periods out of stock are left out there, as the selection leaves them out. Errors are added up in units and, to compare what is
-- counted differently, at unit cost.
with demand as (
    select series_id, item_id, warehouse_id, 'week' as frequency, period_start, demand_quantity, is_in_stock, is_complete
    from {{ ref("fct_demand_week") }}
    union all by name
    select series_id, item_id, warehouse_id, 'month' as frequency, period_start, demand_quantity, is_in_stock, is_complete
    from {{ ref("fct_demand_month") }}
),

known as (
    select
        demand.series_id,
        demand.frequency,
        demand.period_start,
        cast(demand.demand_quantity as double) as demand_quantity,
        coalesce(demand.is_in_stock, true) as is_in_stock,
        coalesce(unit_costs.unit_cost_micro, 0) / 1000000.0 as unit_cost,
        coalesce(champions.demand_pattern, 'too_short') as demand_pattern
    from demand
    left join {{ source("forecast", "champions") }} as champions
        on demand.series_id = champions.series_id
        and demand.frequency = champions.frequency
    left join {{ ref("int_unit_cost") }} as unit_costs
        on demand.item_id = unit_costs.item_id
        and demand.warehouse_id = unit_costs.warehouse_id
    where demand.is_complete
),

forecasts as (
    select
        'archive' as source, origin, frequency, series_id, cutoff, period_start, '' as model,
        {%- for measure in ["mean", "p025", "p10", "p90", "p975"] %}
        max(quantity) filter (where measure = '{{ measure }}') as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ source("forecast", "demand_forecasts") }}
    where measure in ('mean', 'p025', 'p10', 'p90', 'p975')
    group by all
    union all by name
    select
        'backtest' as source, 'simulated' as origin, frequency, series_id, cutoff, period_start, model,
        {%- for measure in ["mean", "p025", "p10", "p90", "p975"] %}
        max(quantity) filter (where measure = '{{ measure }}') as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ source("forecast", "backtest_forecasts") }}
    where measure in ('mean', 'p025', 'p10', 'p90', 'p975')
    group by all
),

judged as (
    select
        forecasts.*,
        known.demand_pattern,
        known.demand_quantity,
        known.unit_cost,
        known.is_in_stock,
        forecasts.mean - known.demand_quantity as error,
        case
            when forecasts.frequency = 'week' then date_diff('day', forecasts.cutoff, forecasts.period_start) // 7 + 1
            else date_diff('month', forecasts.cutoff, forecasts.period_start)
        end as horizon
    from forecasts
    inner join known
        on forecasts.series_id = known.series_id
        and forecasts.frequency = known.frequency
        and forecasts.period_start = known.period_start
    where forecasts.source = 'archive'
        or known.is_in_stock
)

select
    source,
    frequency,
    origin,
    cutoff,
    cast(horizon as bigint) as horizon,
    demand_pattern,
    model,
    count(*) as record_count,
    sum(demand_quantity) as demand_quantity,
    sum(abs(error)) as absolute_error,
    sum(error) as signed_error,
    sum(demand_quantity * unit_cost) as demand_value,
    sum(abs(error) * unit_cost) as absolute_error_value,
    sum(error * unit_cost) as signed_error_value,
    count(*) filter (where is_in_stock and p10 is not null and p90 is not null) as count_80,
    count(*) filter (where is_in_stock and demand_quantity between p10 and p90) as inside_80,
    count(*) filter (where is_in_stock and p025 is not null and p975 is not null) as count_95,
    count(*) filter (where is_in_stock and demand_quantity between p025 and p975) as inside_95
from judged
where mean is not null
group by all
