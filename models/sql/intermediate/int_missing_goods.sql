{{ config(materialized="ephemeral") }}
-- What is not there today, and which open supply will bring it? One row per item and warehouse that an open sales line, a work order or a
-- transfer still waits for; supply_kind 'none': nothing is on order. Of several open supplies the one expected first comes next.
with supplies as (
    select
        item_id,
        warehouse_id,
        arg_min(supply_kind, (expected_date, supply_id)) as supply_kind,
        arg_min(supply_id, (expected_date, supply_id)) as supply_id
    from {{ ref("int_supply") }}
    where is_open
    group by all
),

company as (
    select * from {{ ref("int_company") }}
),

free_stock as (
    select
        balances.item_id,
        places.warehouse_id,
        cast(sum(balances.on_hand_quantity - balances.allocated_quantity) as bigint) as free_quantity_micro
    from {{ ref("stg_stock_balance") }} as balances
    inner join {{ ref("stg_location") }} as places
        on balances.location_id = places.location_id
    inner join {{ ref("stg_lot") }} as lots
        on balances.lot_id = lots.lot_id
    cross join company
    where places.kind = 'bin'
        and balances.status = 'available'
        and coalesce(lots.expiry_date >= company.data_through, true)
    group by all
),

known as (
    select distinct item_id, warehouse_id
    from (
        select item_id, warehouse_id from {{ ref("int_stock_arrival") }}
        union all
        select item_id, warehouse_id from {{ ref("int_supply") }}
    )
)

select
    known.item_id,
    known.warehouse_id,
    coalesce(free_stock.free_quantity_micro, 0) as free_quantity_micro,
    coalesce(supplies.supply_kind, 'none') as supply_kind,
    supplies.supply_id
from known
left join free_stock
    on known.item_id = free_stock.item_id
    and known.warehouse_id = free_stock.warehouse_id
left join supplies
    on known.item_id = supplies.item_id
    and known.warehouse_id = supplies.warehouse_id
