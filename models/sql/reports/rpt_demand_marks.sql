-- Which periods of demand look out of the ordinary, and has nobody said so yet? One row per series x frequency x period x kind.
-- demand_date is the day of the period on which most was asked for: an adjustment there takes the odd part out.
with standing as (
    select item_location_id as series_id, demand_date
    from {{ ref("stg_demand_adjustment") }}
    where is_current
),

largest as (
    select
        marks.series_id,
        marks.frequency,
        marks.period_start,
        arg_max(days.demand_date, (days.demand_quantity, -epoch(days.demand_date))) as demand_date,
        max(days.demand_quantity) as day_quantity
    from {{ source("forecast", "demand_marks") }} as marks
    inner join {{ ref("fct_demand_day") }} as days
        on marks.series_id = days.series_id
        and days.demand_date >= marks.period_start
        and days.demand_date < case
            when marks.frequency = 'week' then marks.period_start + 7
            else cast(marks.period_start + interval 1 month as date)
        end
    group by all
)

select
    marks.series_id,
    marks.frequency,
    marks.period_start,
    marks.kind,
    marks.recorded_quantity,
    marks.suggested_quantity,
    marks.score,
    marks.is_applied,
    marks.reason_key,
    marks.reason_values,
    largest.demand_date,
    cast(largest.day_quantity as double) as day_quantity
from {{ source("forecast", "demand_marks") }} as marks
inner join largest
    on marks.series_id = largest.series_id
    and marks.frequency = largest.frequency
    and marks.period_start = largest.period_start
left join standing
    on largest.series_id = standing.series_id
    and largest.demand_date = standing.demand_date
where standing.series_id is null
