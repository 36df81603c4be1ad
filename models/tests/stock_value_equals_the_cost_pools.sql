-- The last closing values of bins and transit add up to the ledger's cost pools, to the last minor unit.
with closings as (
    select warehouses.valuation_area_id, stock.item_id, sum(stock.value_micro) as value_micro
    from {{ ref("fct_stock_daily") }} as stock
    inner join {{ ref("dim_warehouse") }} as warehouses
        on stock.warehouse_id = warehouses.warehouse_id
    cross join {{ ref("int_company") }} as company
    where stock.valid_to >= company.data_through
        and stock.stock_class <> 'wip'
    group by all
),

pools as (
    select
        costs.valuation_area_id,
        costs.item_id,
        sum(costs.value_delta * company.micro_per_minor) as value_micro
    from {{ ref("stg_cost_daily") }} as costs
    cross join {{ ref("int_company") }} as company
    where costs.business_date <= company.data_through
    group by all
)

select coalesce(closings.item_id, pools.item_id) as item_id, closings.value_micro as closing_micro, pools.value_micro as pool_micro
from closings
full join pools
    on closings.item_id = pools.item_id
    and closings.valuation_area_id = pools.valuation_area_id
where coalesce(closings.value_micro, 0) <> coalesce(pools.value_micro, 0)
