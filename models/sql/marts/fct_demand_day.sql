-- What did customers ask for, and what left the door, day by day? One row per series and day with demand or shipments.
-- Demand is the quantity first asked for, on the day it was asked for (the requested date): lost, cut and cancelled included.
with asked as (
    select
        item_id,
        warehouse_id,
        -- An order entered after its wish date cannot have been served before it existed.
        greatest(requested_date, order_date) as demand_date,
        sum(ordered_quantity_micro) as demand_quantity_micro,
        0 as shipped_quantity_micro,
        count(*) as order_line_count
    from {{ ref("fct_sales_line") }}
    group by all
),

shipped as (
    select
        item_id,
        warehouse_id,
        shipped_date as demand_date,
        0 as demand_quantity_micro,
        sum(quantity_micro) as shipped_quantity_micro,
        0 as order_line_count
    from {{ ref("fct_delivery") }}
    group by all
),

asked_and_shipped as (
    select * from asked
    union all by name
    select * from shipped
),

series as (
    select item_location_id as series_id, item_id, warehouse_id
    from {{ ref("stg_item_location") }}
)

select
    series.series_id,
    asked_and_shipped.item_id,
    asked_and_shipped.warehouse_id,
    asked_and_shipped.demand_date,
    {{ from_micro("sum(asked_and_shipped.demand_quantity_micro)") }} as demand_quantity,
    {{ from_micro("sum(asked_and_shipped.shipped_quantity_micro)") }} as shipped_quantity,
    cast(sum(asked_and_shipped.order_line_count) as bigint) as order_line_count
from asked_and_shipped
inner join series
    on asked_and_shipped.item_id = series.item_id
    and asked_and_shipped.warehouse_id = series.warehouse_id
group by all
