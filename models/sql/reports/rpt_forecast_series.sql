-- Which model forecasts each series, how well, and which series need a person's look? One row per series x frequency.
-- value_at_stake: a year of the live forecast at unit cost, times the series' relative error. needs_review_score is that value where
-- there is a reason to look, else 0.
-- needs_review_urgency: 3 the forecast may be wrong right now, 2 it errs as a habit, 1 worth a look.
with champions as (
    select * from {{ source("forecast", "champions") }}
),

biases as (
    select series_id, frequency, model, avg(value) as bias
    from {{ source("forecast", "backtest_scores") }}
    where metric = 'bias'
    group by all
),

drift as (
    -- Of the newest cutoff: do archived forecasts err to one side?
    select series_id, frequency, tracking_signal, is_alarm
    from {{ source("forecast", "drift") }}
    where series_id is not null
    qualify rank() over (partition by frequency order by cutoff desc) = 1
),

live as (
    select
        series_id,
        frequency,
        avg(baseline_quantity) as mean_quantity,
        avg(baseline_quantity) filter (where last_forecast_quantity is not null) as comparable_quantity,
        avg(last_forecast_quantity) as last_quantity
    from {{ ref("rpt_forecast") }}
    where kind = 'forecast'
    group by all
),

marked as (
    -- A quarter is long enough to have looked.
    select distinct marks.series_id, marks.frequency
    from {{ ref("rpt_demand_marks") }} as marks
    cross join {{ ref("int_company") }} as company
    where marks.period_start > company.data_through - 92
),

valued as (
    select
        champions.*,
        biases.bias,
        drift.tracking_signal,
        coalesce(drift.is_alarm, false) as is_drifting,
        live.mean_quantity
        * case champions.frequency when 'week' then 52 else 12 end
        * coalesce(unit_costs.unit_cost_micro, 0) / 1000000.0
        * least(coalesce(champions.wape, 1), 1) as value_at_stake,
        case
            when champions.is_fallback then 'fallback'
            when champions.wape > champions.naive_wape then 'worse_than_naive'
            when coalesce(drift.is_alarm, false) then 'drift'
            when marked.series_id is not null then 'odd_demand'
            when champions.reason_key in ('forecasting.reason.ended', 'forecasting.reason.fallen') then 'ended'
            when champions.reason_key like 'forecasting.reason.borrowed%' then 'new_item'
            when abs(biases.bias) > 0.25 then 'biased'
            when champions.wape > 0.6 then 'large_error'
            when abs(live.comparable_quantity - live.last_quantity) > 0.3 * live.last_quantity then 'changed_forecast'
        end as needs_review_reason,
        places.item_id,
        places.warehouse_id
    from champions
    inner join {{ ref("stg_item_location") }} as places
        on champions.series_id = places.item_location_id
    left join biases
        on champions.series_id = biases.series_id
        and champions.frequency = biases.frequency
        and champions.model = biases.model
    left join drift
        on champions.series_id = drift.series_id
        and champions.frequency = drift.frequency
    left join marked
        on champions.series_id = marked.series_id
        and champions.frequency = marked.frequency
    left join live
        on champions.series_id = live.series_id
        and champions.frequency = live.frequency
    left join {{ ref("int_unit_cost") }} as unit_costs
        on places.item_id = unit_costs.item_id
        and places.warehouse_id = unit_costs.warehouse_id
)

select
    valued.series_id,
    {{ item_labels() }},
    {{ category_labels() }},
    {{ warehouse_labels() }},
    valued.frequency,
    valued.model,
    valued.runner_up,
    valued.reason_key,
    valued.reason_values,
    valued.demand_pattern,
    valued.adi,
    valued.cv2,
    valued.trend_per_period,
    valued.seasonal_strength,
    valued.is_fallback,
    valued.naive_wape,
    case when valued.needs_review_reason is null then 0 else coalesce(valued.value_at_stake, 0) end as needs_review_score,
    valued.needs_review_reason,
    case
        when valued.needs_review_reason in ('fallback', 'drift', 'odd_demand') then 3
        when valued.needs_review_reason in ('worse_than_naive', 'biased', 'new_item', 'ended') then 2
        when valued.needs_review_reason is not null then 1
        else 0
    end as needs_review_urgency,
    valued.wape,
    valued.bias,
    valued.tracking_signal,
    valued.is_drifting,
    coalesce(valued.value_at_stake, 0) as value_at_stake
from valued
inner join {{ ref("dim_item") }} as items
    on valued.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on valued.warehouse_id = warehouses.warehouse_id
