-- Which week, month and quarter is a day in, and did the company work? One row per day.
with company as (
    select * from {{ ref("int_company") }}
),

days as (
    select cast(unnest(generate_series(
        cast(date_trunc('year', least(first_date, data_through)) as timestamp),
        cast(date_trunc('year', greatest(first_date, data_through)) + interval 3 year - interval 1 day as timestamp),
        interval 1 day
    )) as date) as date_day
    from company
),

own_calendar as (
    select date, is_working, name, name_zh
    from {{ ref("stg_calendar_day") }}
    where calendar_code = 'own'
)

select
    days.date_day,
    cast(date_trunc('week', days.date_day) as date) as week_start,
    cast(date_trunc('month', days.date_day) as date) as month_start,
    cast(date_trunc('quarter', days.date_day) as date) as quarter_start,
    cast(isoyear(days.date_day) as integer) as iso_year,
    cast(weekofyear(days.date_day) as integer) as iso_week,
    cast(isodow(days.date_day) as integer) as iso_weekday,
    coalesce(own_calendar.is_working, isodow(days.date_day) <= 5) as is_working,
    own_calendar.name as day_name,
    own_calendar.name_zh as day_name_zh,
    days.date_day <= company.data_through as is_recorded
from days
cross join company
left join own_calendar
    on days.date_day = own_calendar.date
