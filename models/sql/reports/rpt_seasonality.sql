-- Which months does each group live by, and how sure is that? One row per level x group x unit x month of the year (year 0: the
-- profile over all years, beside it what is true of the whole group), and one per year, whose index is that month's own.
with found as (
    select * from {{ source("forecast", "group_seasonality") }}
),

categories as (
    select distinct category_id, category_code, category_name, category_name_zh from {{ ref("dim_item") }}
),

company as (
    select * from {{ ref("rpt_company") }}
)

select
    found.level,
    found.group_key,
    coalesce(categories.category_code, warehouses.warehouse_code, company.code) as group_code,
    coalesce(categories.category_name, warehouses.warehouse_name, company.name) as group_name,
    coalesce(categories.category_name_zh, warehouses.warehouse_name_zh, company.name_zh) as group_name_zh,
    found.unit,
    found.position,
    coalesce(found.year, 0) as year,
    found.index as seasonal_index,
    found.low,
    found.high,
    found.is_clear,
    found.strength,
    found.p_value,
    found.is_significant,
    found.year_count,
    found.series_count,
    found.agreeing_count,
    found.shift_per_year,
    found.is_shifting,
    found.festival_effect,
    found.is_festival_clear
from found
cross join company
left join categories
    on found.level = 'category'
    and found.group_key = cast(categories.category_id as varchar)
left join {{ ref("dim_warehouse") }} as warehouses
    on found.level = 'warehouse'
    and found.group_key = cast(warehouses.warehouse_id as varchar)
