-- What is one unit worth today? One row per item x warehouse of the planning grain or with stock.
-- Moving average of the valuation area, else standard cost, else the cheapest valid supplier price, else the last ordered price.
with places as (
    select item_id, warehouse_id from {{ ref("stg_item_location") }}
    union
    select item_id, warehouse_id from {{ ref("fct_stock_daily") }}
),

pools as (
    select
        stock.item_id,
        warehouses.valuation_area_id,
        sum(stock.quantity_micro) as quantity_micro,
        sum(stock.value_micro) as value_micro
    from {{ ref("fct_stock_daily") }} as stock
    inner join {{ ref("dim_warehouse") }} as warehouses
        on stock.warehouse_id = warehouses.warehouse_id
    cross join {{ ref("int_company") }} as company
    where stock.stock_class <> 'wip'
        and stock.valid_to >= company.data_through
    group by all
),

offers as (
    select
        terms.item_id,
        min(prices.unit_price) as unit_price_micro
    from {{ ref("stg_supplier_item") }} as terms
    inner join {{ ref("stg_supplier_item_price") }} as prices
        on terms.supplier_item_id = prices.supplier_item_id
    cross join {{ ref("int_company") }} as company
    where coalesce(terms.valid_to, date '9999-12-31') >= company.data_through
        and coalesce(prices.valid_to, date '9999-12-31') >= company.data_through
        and prices.unit_price > 0
    group by all
),

last_orders as (
    select
        item_id,
        arg_max(order_price_micro, (order_date, purchase_order_line_id)) as order_price_micro
    from {{ ref("fct_purchase_line") }}
    where is_counted
    group by all
)

select
    places.item_id,
    places.warehouse_id,
    cast(coalesce(
        {{ scaled("pools.value_micro", "1000000", "nullif(pools.quantity_micro, 0)") }},
        nullif(items.standard_cost_micro, 0),
        offers.unit_price_micro,
        last_orders.order_price_micro
    ) as bigint) as unit_cost_micro
from places
inner join {{ ref("dim_warehouse") }} as warehouses
    on places.warehouse_id = warehouses.warehouse_id
inner join {{ ref("dim_item") }} as items
    on places.item_id = items.item_id
left join pools
    on places.item_id = pools.item_id
    and warehouses.valuation_area_id = pools.valuation_area_id
left join offers
    on places.item_id = offers.item_id
left join last_orders
    on places.item_id = last_orders.item_id
