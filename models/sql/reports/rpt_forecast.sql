-- What was asked for, and what is expected? One row per series x frequency x period: history up to data_through, then the live forecast.
-- baseline: the statistical forecast (for history: the archived one at the lead-time lag); total = what the sales team's
-- expectations and overrides of any level make of it (spread_quantity, null where none does), else baseline. override_quantity is
-- the series' own. last_year_*: the same period a year before (364 days for weeks), what was asked for and what had been forecast.
with company as (
    select * from {{ ref("int_company") }}
),

history as (
    select series_id, 'week' as frequency, * exclude (series_id) from {{ ref("fct_demand_week") }}
    union all by name
    select series_id, 'month' as frequency, * exclude (series_id) from {{ ref("fct_demand_month") }}
),

runs as (
    select
        series_id,
        frequency,
        cutoff,
        dense_rank() over (partition by series_id, frequency order by cutoff desc) as recency
    from (
        select distinct series_id, frequency, cutoff
        from {{ source("forecast", "demand_forecasts") }}
        where origin = 'live'
            and measure = 'mean'
    )
),

live as (
    select
        forecasts.series_id,
        forecasts.frequency,
        forecasts.period_start,
        {%- for measure in ["mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975", "p99"] %}
        max(forecasts.quantity) filter (where runs.recency = 1 and forecasts.measure = '{{ measure }}') as {{ measure }},
        {%- endfor %}
        max(forecasts.quantity) filter (where runs.recency = 2 and forecasts.measure = 'mean') as last_forecast_quantity
    from {{ source("forecast", "demand_forecasts") }} as forecasts
    inner join runs
        on forecasts.series_id = runs.series_id
        and forecasts.frequency = runs.frequency
        and forecasts.cutoff = runs.cutoff
        and runs.recency <= 2
    where forecasts.origin = 'live'
    group by all
),

overrides as (
    select
        item_location_id as series_id,
        frequency,
        period_start,
        cast(arg_max_null(override_quantity, posting_sequence) as double) / 1000000 as override_quantity
    from {{ ref("stg_forecast_override") }}
    cross join company
    where until_date is null
        or until_date >= company.data_through
    group by all
),

moved as (
    -- What sales expects and what overrides of any level made of the newest live forecast.
    select series_id, frequency, period_start, cast(sum(cast(quantity as decimal(38, 9))) as double) as moved_quantity
    from {{ source("forecast", "forecast_steps") }}
    where (frequency, cutoff) in (select (frequency, max(cutoff)) from runs group by frequency)
    group by all
),

spread as (
    select moved.series_id, moved.frequency, moved.period_start, greatest(0, live.mean + moved.moved_quantity) as spread_quantity
    from moved
    inner join live
        on moved.series_id = live.series_id
        and moved.frequency = live.frequency
        and moved.period_start = live.period_start
    where live.mean is not null
),

periods as (
    select series_id, frequency, period_start, 'history' as kind from history
    union all
    select series_id, frequency, period_start, 'forecast' as kind
    from live
    anti join history
        on live.series_id = history.series_id
        and live.frequency = history.frequency
        and live.period_start = history.period_start
        and history.is_complete
    where live.mean is not null
),

one_each as (
    -- A running period is shown once, as forecast, with what has been asked for so far.
    select *
    from periods
    qualify row_number() over (partition by series_id, frequency, period_start order by kind) = 1
)

select
    one_each.series_id,
    places.item_id,
    places.warehouse_id,
    one_each.frequency,
    one_each.period_start,
    one_each.kind,
    cast(history.demand_quantity as double) as demand_quantity,
    cast(history.shipped_quantity as double) as shipped_quantity,
    history.is_in_stock,
    coalesce(history.is_complete, false) as is_complete,
    case when one_each.kind = 'forecast' then live.mean else lagged.baseline_quantity end as baseline_quantity,
    {%- for measure in ["p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975", "p99"] %}
    case when one_each.kind = 'forecast' then live.{{ measure }} end as {{ measure }},
    {%- endfor %}
    case when one_each.kind = 'forecast' then overrides.override_quantity else lagged.override_quantity end as override_quantity,
    case
        when one_each.kind = 'forecast'
            then coalesce(spread.spread_quantity, overrides.override_quantity, live.mean)
        else lagged.forecast_quantity
    end as total_quantity,
    case when one_each.kind = 'forecast' then spread.spread_quantity end as spread_quantity,
    cast(last_year.demand_quantity as double) as last_year_quantity,
    last_lagged.forecast_quantity as last_year_forecast_quantity,
    live.last_forecast_quantity,
    lagged.origin as forecast_origin
from one_each
inner join {{ ref("stg_item_location") }} as places
    on one_each.series_id = places.item_location_id
left join history
    on one_each.series_id = history.series_id
    and one_each.frequency = history.frequency
    and one_each.period_start = history.period_start
left join live
    on one_each.series_id = live.series_id
    and one_each.frequency = live.frequency
    and one_each.period_start = live.period_start
left join overrides
    on one_each.series_id = overrides.series_id
    and one_each.frequency = overrides.frequency
    and one_each.period_start = overrides.period_start
left join spread
    on one_each.series_id = spread.series_id
    and one_each.frequency = spread.frequency
    and one_each.period_start = spread.period_start
left join {{ ref("int_forecast_at_lag") }} as lagged
    on one_each.series_id = lagged.series_id
    and one_each.frequency = lagged.frequency
    and one_each.period_start = lagged.period_start
left join history as last_year
    on one_each.series_id = last_year.series_id
    and one_each.frequency = last_year.frequency
    and last_year.period_start = case
        when one_each.frequency = 'week' then one_each.period_start - 364
        else cast(one_each.period_start - interval 12 month as date)
    end
left join {{ ref("int_forecast_at_lag") }} as last_lagged
    on one_each.series_id = last_lagged.series_id
    and one_each.frequency = last_lagged.frequency
    and last_lagged.period_start = case
        when one_each.frequency = 'week' then one_each.period_start - 364
        else cast(one_each.period_start - interval 12 month as date)
    end
