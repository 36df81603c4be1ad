{{ config(alias="on_hand") }}
-- What can be used today? One row per item location x lot: available status in bins, less what is allocated.
select
    places.item_location_id,
    balances.lot_id,
    lots.expiry_date,
    cast(sum(balances.on_hand_quantity - balances.allocated_quantity) as bigint) as quantity
from {{ ref("stg_stock_balance") }} as balances
inner join {{ ref("stg_location") }} as locations
    on balances.location_id = locations.location_id
inner join {{ ref("stg_item_location") }} as places
    on balances.item_id = places.item_id
    and locations.warehouse_id = places.warehouse_id
left join {{ ref("stg_lot") }} as lots
    on balances.lot_id = lots.lot_id
where locations.kind = 'bin'
    and balances.status = 'available'
group by all
having sum(balances.on_hand_quantity - balances.allocated_quantity) <> 0
