{{ config(alias="scheduled_receipts") }}
-- What is already coming? One row per open supply document line: purchase lines, received goods waiting for inspection ('QC:<purchase
-- order line id>'), work orders, transfers.
with company as (
    select * from {{ ref("int_company") }}
),

places as (
    select * from {{ ref("stg_item_location") }}
),

purchases as (
    select
        'PO:' || lines.purchase_order_line_id as supply_id,
        'purchase' as kind,
        lines.item_id,
        lines.warehouse_id,
        lines.open_quantity_micro as quantity,
        coalesce(lines.last_promised_date, lines.first_promised_date, lines.requested_date, lines.required_date) as expected_date,
        coalesce(lines.first_promised_date, lines.requested_date, lines.required_date) as original_due_date,
        lines.order_date,
        lines.supplier_id,
        false as is_frozen,
        lines.order_price_micro as unit_price,
        'released' as state,
        cast(null as date) as start_date,
        -- What is partly received cannot become less, and is not reopened to become more.
        lines.received_quantity_micro > 0 as is_quantity_fixed
    from {{ ref("fct_purchase_line") }} as lines
    where lines.open_quantity_micro > 0
),

waiting as (
    select
        'QC:' || lines.purchase_order_line_id as supply_id,
        'purchase' as kind,
        lines.item_id,
        lines.warehouse_id,
        lines.received_quantity_micro - lines.accepted_quantity_micro - lines.rejected_quantity_micro as quantity,
        lines.last_received_date + coalesce(cast(places.inspection_days as integer), 0) as expected_date,
        lines.first_promised_date as original_due_date,
        lines.order_date,
        lines.supplier_id,
        true as is_frozen,
        lines.order_price_micro as unit_price,
        'in_progress' as state,
        cast(null as date) as start_date,
        true as is_quantity_fixed
    from {{ ref("fct_purchase_line") }} as lines
    left join places
        on lines.item_id = places.item_id
        and lines.warehouse_id = places.warehouse_id
    where lines.received_quantity_micro > lines.accepted_quantity_micro + lines.rejected_quantity_micro
        and lines.last_received_date is not null
),

work_orders as (
    select
        'WO:' || work_order_id as supply_id,
        'work' as kind,
        item_id,
        warehouse_id,
        ordered_quantity - completed_quantity - scrapped_quantity as quantity,
        due_date as expected_date,
        due_date as original_due_date,
        order_date,
        cast(null as bigint) as supplier_id,
        status = 'in_progress' as is_frozen,
        cast(null as bigint) as unit_price,
        case status when 'planned' then 'firm_planned' else status end as state,
        planned_start_date as start_date,
        status = 'in_progress' as is_quantity_fixed
    from {{ ref("stg_work_order") }}
    where status in ('planned', 'released', 'in_progress')
        and ordered_quantity - completed_quantity - scrapped_quantity > 0
),

transfers as (
    select
        'TO:' || lines.transfer_order_line_id as supply_id,
        'transfer' as kind,
        lines.item_id,
        orders.to_warehouse_id as warehouse_id,
        lines.ordered_quantity - lines.cancelled_quantity - lines.received_quantity as quantity,
        orders.due_date as expected_date,
        orders.due_date as original_due_date,
        orders.order_date,
        cast(null as bigint) as supplier_id,
        lines.shipped_quantity > lines.received_quantity as is_frozen,
        cast(null as bigint) as unit_price,
        case when lines.shipped_quantity > 0 then 'in_progress' else 'released' end as state,
        cast(null as date) as start_date,
        lines.shipped_quantity > 0 as is_quantity_fixed
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
    where orders.status in ('open', 'shipped')
        and lines.ordered_quantity - lines.cancelled_quantity - lines.received_quantity > 0
),

supplies as (
    select * from purchases
    union all by name
    select * from waiting
    union all by name
    select * from work_orders
    union all by name
    select * from transfers
)

select
    supplies.supply_id,
    supplies.kind,
    places.item_location_id,
    cast(supplies.quantity as bigint) as quantity,
    cast(coalesce(
        supplies.expected_date,
        supplies.order_date + cast(coalesce(places.lead_time_days, 0) as integer)
    ) as date) as expected_date,
    cast(coalesce(
        supplies.original_due_date,
        supplies.expected_date,
        supplies.order_date + cast(coalesce(places.lead_time_days, 0) as integer)
    ) as date) as original_due_date,
    supplies.supplier_id,
    supplies.is_frozen,
    supplies.unit_price,
    supplies.state,
    supplies.start_date,
    supplies.is_quantity_fixed
from supplies
inner join places
    on supplies.item_id = places.item_id
    and supplies.warehouse_id = places.warehouse_id
cross join company
