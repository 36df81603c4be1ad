-- What lies where now, what is it worth and when does it expire? One row per item x warehouse x lot x status.
with balances as (
    select
        balances.item_id,
        locations.warehouse_id,
        balances.lot_id,
        case when locations.kind = 'in_transit' then 'in_transit' else balances.status end as status,
        cast(sum(balances.on_hand_quantity) as bigint) as on_hand_micro,
        cast(sum(balances.allocated_quantity) as bigint) as allocated_micro
    from {{ ref("stg_stock_balance") }} as balances
    inner join {{ ref("stg_location") }} as locations
        on balances.location_id = locations.location_id
    where locations.kind in ('bin', 'in_transit')
        and balances.on_hand_quantity <> 0
    group by all
)

select
    {{ item_labels() }},
    {{ category_labels() }},
    {{ warehouse_labels() }},
    balances.lot_id,
    lots.code as lot_code,
    lots.expiry_date,
    balances.status,
    {{ from_micro("balances.on_hand_micro") }} as on_hand_quantity,
    {{ from_micro("balances.allocated_micro") }} as allocated_quantity,
    {{ from_micro("coalesce(unit_costs.unit_cost_micro, 0)") }} as unit_cost,
    {{ from_micro(extended_micro("balances.on_hand_micro", "coalesce(unit_costs.unit_cost_micro, 0)")) }} as stock_value,
    cast(lots.expiry_date - company.data_through as bigint) as days_to_expiry
from balances
inner join {{ ref("dim_item") }} as items
    on balances.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on balances.warehouse_id = warehouses.warehouse_id
left join {{ ref("stg_lot") }} as lots
    on balances.lot_id = lots.lot_id
left join {{ ref("int_unit_cost") }} as unit_costs
    on balances.item_id = unit_costs.item_id
    and balances.warehouse_id = unit_costs.warehouse_id
cross join {{ ref("int_company") }} as company
