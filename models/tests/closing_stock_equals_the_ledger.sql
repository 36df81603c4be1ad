-- The last closing of every item equals the balance the ledger holds: nothing moved without a trace. Fails when a posting was missed.
with closings as (
    select item_id, warehouse_id, sum(quantity_micro) as quantity_micro
    from {{ ref("fct_stock_daily") }}
    cross join {{ ref("int_company") }} as company
    where valid_to >= company.data_through
        and stock_class <> 'wip'
    group by all
),

balances as (
    select balances.item_id, locations.warehouse_id, sum(balances.on_hand_quantity) as quantity_micro
    from {{ ref("stg_stock_balance") }} as balances
    inner join {{ ref("stg_location") }} as locations
        on balances.location_id = locations.location_id
    where locations.kind in ('bin', 'in_transit')
    group by all
)

select
    coalesce(closings.item_id, balances.item_id) as item_id,
    coalesce(closings.warehouse_id, balances.warehouse_id) as warehouse_id,
    closings.quantity_micro as closing_micro,
    balances.quantity_micro as balance_micro
from closings
full join balances
    on closings.item_id = balances.item_id
    and closings.warehouse_id = balances.warehouse_id
where coalesce(closings.quantity_micro, 0) <> coalesce(balances.quantity_micro, 0)
    -- A run as of an earlier day cannot be compared with today's balances.
    and (select data_through >= (select max(today) from {{ ref("stg_company") }}) from {{ ref("int_company") }})
