{{ config(alias="working_days") }}
-- On which days is work done? One row per calendar and date: the company's own days, and every supplier that keeps a calendar of its own.
with days as (
    select date_day, is_working from {{ ref("dim_date") }}
),

supplier_calendars as (
    select distinct calendar_code
    from {{ ref("stg_calendar_day") }}
    where calendar_code <> 'own'
),

supplier_days as (
    select calendar_code, date, is_working
    from {{ ref("stg_calendar_day") }}
    where calendar_code <> 'own'
)

select
    'own' as calendar_id,
    date_day as date,
    is_working
from days
union all
select
    supplier_calendars.calendar_code as calendar_id,
    days.date_day as date,
    coalesce(supplier_days.is_working, isodow(days.date_day) <= 5) as is_working
from supplier_calendars
cross join days
left join supplier_days
    on supplier_calendars.calendar_code = supplier_days.calendar_code
    and days.date_day = supplier_days.date
