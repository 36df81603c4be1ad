{{ config(alias="item_locations") }}
-- How is each item planned in each warehouse? One row per item x warehouse, the ledger's integers.
with places as (
    select * from {{ ref("stg_item_location") }}
),

items as (
    select * from {{ ref("dim_item") }}
),

unit_costs as (
    select * from {{ ref("int_unit_cost") }}
),

company as (
    select * from {{ ref("int_company") }}
)

select
    places.item_location_id,
    places.item_id,
    places.warehouse_id,
    items.sku,
    places.procurement,
    places.order_policy,
    places.minimum_order_quantity,
    places.order_multiple_quantity,
    places.maximum_order_quantity,
    places.fixed_order_quantity,
    places.period_days,
    places.lead_time_days,
    places.safety_lead_time_days,
    places.inspection_days,
    places.yield_ppm,
    places.safety_stock_quantity,
    places.reorder_point_quantity,
    places.order_up_to_quantity,
    places.demand_fence_days,
    places.planning_fence_days,
    items.quantity_step,
    coalesce(unit_costs.unit_cost_micro, 0) as unit_cost_micro,
    places.source_warehouse_id,
    -- The ledger states lead times in calendar days.
    false as is_purchase_in_working_days,
    places.service_level_ppm,
    places.alternate_procurement,
    places.alternate_rule,
    places.alternate_lead_time_days
from places
inner join items
    on places.item_id = items.item_id
left join unit_costs
    on places.item_id = unit_costs.item_id
    and places.warehouse_id = unit_costs.warehouse_id
cross join company
where items.is_active
    and items.item_type <> 'service'
