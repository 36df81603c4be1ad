-- Which warehouses are there, and whose cost pool does each belong to? One row per warehouse.
select
    warehouse_id,
    code as warehouse_code,
    name as warehouse_name,
    coalesce(nullif(name_zh, ''), name) as warehouse_name_zh,
    valuation_area_id,
    region,
    is_active
from {{ ref("stg_warehouse") }}
