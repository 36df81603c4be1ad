-- The company's forecast is the sum of its categories', of its warehouses' and of its series': nobody plans with two truths.
with levels as (
    select frequency, period_start, level, sum(forecast_value) as total
    from {{ ref("rpt_forecast_group") }}
    where unit = 'amount'
        and kind = 'forecast'
        and forecast_value is not null
    group by all
),

series as (
    select periods.frequency, periods.period_start, 'series' as level, sum(periods.baseline_quantity * members.unit_price) as total
    from {{ ref("rpt_forecast") }} as periods
    inner join {{ source("forecast", "group_members") }} as members
        on periods.series_id = members.series_id
    where periods.kind = 'forecast'
    group by all
),

every_level as (
    select * from levels
    union all
    select * from series
)

select every_level.*, company.total as company_total
from every_level
inner join levels as company
    on every_level.frequency = company.frequency
    and every_level.period_start = company.period_start
    and company.level = 'company'
-- Sums are exact within a level; series are multiplied by their price here, so the last bits may differ.
where abs(every_level.total - company.total) > 1e-6 * greatest(1, company.total)
