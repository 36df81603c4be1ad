{{ config(materialized="ephemeral") }}
-- How many days does a warehouse take, by its standard, from goods being tied to a line to their leaving? One row per warehouse.
-- The setting 'pick_days' of the warehouse, else of the company, else the project variable of that name.
with settings as (
    select
        scope,
        try_cast(value as decimal(18, 0)) as pick_days
    from {{ ref("stg_setting") }}
    where name = 'pick_days'
)

select
    warehouses.warehouse_id,
    cast(coalesce(own.pick_days, company.pick_days, {{ var("pick_days") }}) as integer) as pick_days
from {{ ref("stg_warehouse") }} as warehouses
left join settings as own
    on own.scope = 'warehouse:' || warehouses.warehouse_id
left join settings as company
    on company.scope = ''
