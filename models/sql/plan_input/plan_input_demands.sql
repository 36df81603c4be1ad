{{ config(alias="demands") }}
-- What is already asked for? One row per open demand line: sales orders, components of work orders, transfers out.
-- The sending side of a transfer is due on the day the goods must leave: the order's date less the receiving place's lead time.
-- What is hard-allocated has left `on_hand`, so it leaves the demand too. Forecasts are added by the pipeline.
with company as (
    select * from {{ ref("int_company") }}
),

places as (
    select * from {{ ref("stg_item_location") }}
),

sales as (
    select
        'SO:' || lines.sales_order_line_id as demand_id,
        'sales_order' as kind,
        lines.item_id,
        lines.warehouse_id,
        lines.open_quantity_micro - lines.allocated_quantity_micro as quantity,
        lines.first_date as due_date,
        case
            when lines.is_rush then 1
            when customers.customer_class = 'A' then 2
            when customers.customer_class = 'C' then 4
            else 3
        end as priority,
        lines.customer_id,
        {{ scaled("lines.line_value_micro", "1000000", "lines.ordered_quantity_micro") }} as unit_price_micro,
        customers.late_penalty_ppm_per_day,
        cast(null as varchar) as parent_supply_id,
        cast(null as bigint) as parent_item_id
    from {{ ref("fct_sales_line") }} as lines
    inner join {{ ref("dim_customer") }} as customers
        on lines.customer_id = customers.customer_id
    where lines.status in ('open', 'shipped')
        and lines.open_quantity_micro - lines.allocated_quantity_micro > 0
),

allocated as (
    select
        demand_kind,
        demand_line_id,
        cast(sum(quantity) as bigint) as quantity
    from {{ ref("stg_allocation") }}
    where state = 'open'
        and demand_kind <> 'sales_order_line'
    group by all
),

components as (
    select
        'WOC:' || components.work_order_component_id as demand_id,
        'component' as kind,
        components.item_id,
        work_orders.warehouse_id,
        components.required_quantity - components.issued_quantity - coalesce(allocated.quantity, 0) as quantity,
        components.required_date as due_date,
        case when work_orders.is_rush then 1 else 3 end as priority,
        cast(null as bigint) as customer_id,
        cast(null as bigint) as unit_price_micro,
        cast(null as bigint) as late_penalty_ppm_per_day,
        'WO:' || work_orders.work_order_id as parent_supply_id,
        work_orders.item_id as parent_item_id
    from {{ ref("stg_work_order_component") }} as components
    inner join {{ ref("stg_work_order") }} as work_orders
        on components.work_order_id = work_orders.work_order_id
    left join allocated
        on allocated.demand_kind = 'work_order_component'
        and components.work_order_component_id = allocated.demand_line_id
    where work_orders.status in ('planned', 'released', 'in_progress')
),

transfers as (
    select
        'TO:' || lines.transfer_order_line_id as demand_id,
        'transfer' as kind,
        lines.item_id,
        orders.from_warehouse_id as warehouse_id,
        lines.ordered_quantity - lines.cancelled_quantity - lines.shipped_quantity - coalesce(allocated.quantity, 0) as quantity,
        orders.due_date - cast(coalesce(receiving.lead_time_days, 0) as integer) as due_date,
        3 as priority,
        cast(null as bigint) as customer_id,
        cast(null as bigint) as unit_price_micro,
        cast(null as bigint) as late_penalty_ppm_per_day,
        'TO:' || lines.transfer_order_line_id as parent_supply_id,
        cast(null as bigint) as parent_item_id
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
    -- Only a place that is supplied by transfers has their lead time.
    left join places as receiving
        on lines.item_id = receiving.item_id
        and orders.to_warehouse_id = receiving.warehouse_id
        and 'transfer' in (receiving.procurement, receiving.alternate_procurement)
    left join allocated
        on allocated.demand_kind = 'transfer_order_line'
        and lines.transfer_order_line_id = allocated.demand_line_id
    where orders.status in ('open', 'shipped')
),

wanted as (
    select * from sales
    union all by name
    select * from components
    union all by name
    select * from transfers
)

select
    wanted.demand_id,
    wanted.kind,
    places.item_location_id,
    cast(wanted.quantity as bigint) as quantity,
    wanted.due_date,
    cast(wanted.priority as bigint) as priority,
    wanted.customer_id,
    cast(wanted.unit_price_micro - coalesce(unit_costs.unit_cost_micro, 0) as bigint) as unit_margin_micro,
    cast({{ scaled("wanted.unit_price_micro", "wanted.late_penalty_ppm_per_day", "1000000") }} as bigint) as penalty_micro_per_unit_day,
    wanted.parent_supply_id,
    wanted.parent_item_id
from wanted
inner join places
    on wanted.item_id = places.item_id
    and wanted.warehouse_id = places.warehouse_id
left join {{ ref("int_unit_cost") }} as unit_costs
    on wanted.item_id = unit_costs.item_id
    and wanted.warehouse_id = unit_costs.warehouse_id
where wanted.quantity > 0
