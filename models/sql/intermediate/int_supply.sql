-- What had been planned of each supply, and how far is it? One row per purchase line, work order and transfer line.
-- planned_end_date: the supplier's first promise (else the date asked of him) and the inspection, the due date of a work order, of a
-- transfer. run_days: the standard days from start_date (received, started, sent) to there - of inspection, by the item at its warehouse;
-- of making, by the plan that the routing gave; of the road, by the lane between the two warehouses, else by the transfer's own plan.
-- pick_days come before a transfer's road.
with pick_days as (
    select * from {{ ref("int_pick_days") }}
),

places as (
    select item_id, warehouse_id, cast(inspection_days as integer) as inspection_days
    from {{ ref("stg_item_location") }}
),

warehouses as (
    select * from {{ ref("stg_warehouse") }}
),

lanes as (
    select
        warehouse_id,
        region,
        cast(min(transit_days) as integer) as transit_days
    from {{ ref("stg_carrier_lane") }}
    group by all
),

purchases as (
    select
        'purchase_order_line' as supply_kind,
        purchases.purchase_order_line_id as supply_id,
        'purchase_order' as document_kind,
        purchases.purchase_order_id as document_id,
        purchases.order_number as document_number,
        purchases.item_id,
        purchases.warehouse_id,
        purchases.supplier_id,
        purchases.buyer_id,
        purchases.order_date,
        purchases.order_by_date,
        coalesce(purchases.first_promised_date, purchases.requested_date, purchases.required_date)
        + coalesce(places.inspection_days, 0) as planned_end_date,
        coalesce(places.inspection_days, 0) as run_days,
        0 as pick_days,
        purchases.full_received_date as start_date,
        purchases.open_quantity_micro > 0 as is_open,
        coalesce(purchases.last_promised_date, purchases.first_promised_date, purchases.requested_date, purchases.required_date)
            as expected_date
    from {{ ref("fct_purchase_line") }} as purchases
    left join places
        on purchases.item_id = places.item_id
        and purchases.warehouse_id = places.warehouse_id
),

work_orders as (
    select
        'work_order' as supply_kind,
        work_order_id as supply_id,
        'work_order' as document_kind,
        work_order_id as document_id,
        number as document_number,
        item_id,
        warehouse_id,
        order_date,
        due_date as planned_end_date,
        planned_start_date,
        cast(due_date - planned_start_date as integer) as run_days,
        0 as pick_days,
        actual_start_date as start_date,
        status in ('planned', 'released', 'in_progress') as is_open,
        due_date as expected_date
    from {{ ref("stg_work_order") }}
),

transfers as (
    select
        'transfer_order_line' as supply_kind,
        lines.transfer_order_line_id as supply_id,
        'transfer_order' as document_kind,
        orders.transfer_order_id as document_id,
        orders.number as document_number,
        lines.item_id,
        orders.to_warehouse_id as warehouse_id,
        orders.from_warehouse_id as source_warehouse_id,
        orders.order_date,
        orders.due_date as planned_end_date,
        cast(least(coalesce(lanes.transit_days, orders.due_date - orders.order_date), orders.due_date - orders.order_date) as integer)
            as run_days,
        pick_days.pick_days,
        lines.shipped_date as start_date,
        orders.status in ('open', 'shipped')
        and lines.ordered_quantity - lines.cancelled_quantity > lines.received_quantity as is_open,
        lines.ordered_quantity - lines.cancelled_quantity - lines.shipped_quantity as unsent_quantity_micro,
        orders.due_date as expected_date
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
    inner join warehouses as targets
        on orders.to_warehouse_id = targets.warehouse_id
    inner join pick_days
        on orders.from_warehouse_id = pick_days.warehouse_id
    left join lanes
        on orders.from_warehouse_id = lanes.warehouse_id
        and targets.region = lanes.region
)

select * from purchases
union all by name
select * from work_orders
union all by name
select * from transfers
