-- What did customers ask for, what left the door, what came back, and what should forecasts learn from, day by day?
-- One row per series and day with demand, shipments, returns or an adjustment.
-- Demand is the quantity first asked for, on the day it was asked for (the requested date): lost, cut and cancelled included.
-- Returns count on the day they came back, so that the past never changes by what came later.
with asked as (
    select
        item_id,
        warehouse_id,
        -- An order entered after its wish date cannot have been served before it existed.
        greatest(requested_date, order_date) as demand_date,
        sum(ordered_quantity_micro) as demand_quantity_micro,
        sum(line_value_micro) as asked_value_micro,
        max(ordered_quantity_micro) as largest_order_quantity_micro,
        count(*) as order_line_count
    from {{ ref("fct_sales_line") }}
    group by all
),

shipped as (
    select
        item_id,
        warehouse_id,
        shipped_date as demand_date,
        sum(quantity_micro) as shipped_quantity_micro
    from {{ ref("fct_delivery") }}
    group by all
),

returned as (
    select
        return_lines.item_id,
        -- Goods that went straight to scrap lie in no warehouse: they left the one their order was for.
        coalesce(sales_lines.warehouse_id, locations.warehouse_id) as warehouse_id,
        returns.return_date as demand_date,
        sum(return_lines.quantity) as returned_quantity_micro
    from {{ ref("stg_customer_return_line") }} as return_lines
    inner join {{ ref("stg_customer_return") }} as returns
        on return_lines.customer_return_id = returns.customer_return_id
    left join {{ ref("stg_sales_order_line") }} as sales_lines
        on return_lines.sales_order_line_id = sales_lines.sales_order_line_id
    left join {{ ref("stg_location") }} as locations
        on return_lines.location_id = locations.location_id
    group by all
),

series as (
    select item_location_id as series_id, item_id, warehouse_id
    from {{ ref("stg_item_location") }}
),

adjusted as (
    select
        series.item_id,
        series.warehouse_id,
        adjustments.demand_date,
        sum(adjustments.adjustment_quantity) as adjustment_quantity_micro
    from {{ ref("stg_demand_adjustment") }} as adjustments
    inner join series
        on adjustments.item_location_id = series.series_id
    where adjustments.is_current
    group by all
),

facts as (
    select * from asked
    union all by name
    select * from shipped
    union all by name
    select * from returned
    union all by name
    select * from adjusted
),

days as (
    select
        series.series_id,
        facts.item_id,
        facts.warehouse_id,
        facts.demand_date,
        coalesce(sum(facts.demand_quantity_micro), 0) as demand_quantity_micro,
        coalesce(sum(facts.asked_value_micro), 0) as asked_value_micro,
        coalesce(sum(facts.shipped_quantity_micro), 0) as shipped_quantity_micro,
        coalesce(sum(facts.returned_quantity_micro), 0) as returned_quantity_micro,
        coalesce(max(facts.largest_order_quantity_micro), 0) as largest_order_quantity_micro,
        -- What an adjustment really changes: it cannot take away more than was asked for.
        greatest(
            coalesce(sum(facts.adjustment_quantity_micro), 0), -coalesce(sum(facts.demand_quantity_micro), 0)
        ) as adjustment_quantity_micro,
        coalesce(sum(facts.order_line_count), 0) as order_line_count
    from facts
    inner join series
        on facts.item_id = series.item_id
        and facts.warehouse_id = series.warehouse_id
    group by all
)

select
    series_id,
    item_id,
    warehouse_id,
    demand_date,
    {{ from_micro("demand_quantity_micro") }} as demand_quantity,
    {{ from_micro("adjustment_quantity_micro") }} as adjustment_quantity,
    {{ from_micro("demand_quantity_micro + adjustment_quantity_micro") }} as learned_quantity,
    {{ from_micro("largest_order_quantity_micro") }} as largest_order_quantity,
    {{ from_micro("shipped_quantity_micro") }} as shipped_quantity,
    {{ from_micro("returned_quantity_micro") }} as returned_quantity,
    {{ from_micro("asked_value_micro") }} as asked_value,
    {{ from_micro(scaled("asked_value_micro", "1000000", "demand_quantity_micro")) }} as average_price,
    cast(order_line_count as bigint) as order_line_count
from days
