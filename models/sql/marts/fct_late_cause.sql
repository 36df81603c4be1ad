-- Who, or what, made each late line late, and by how many days? One row per late line and cause; days are signed and sum to late_days.
-- Availability is followed into its supply: a purchase (supplier, inspection, planning), a work order (production, and its own late
-- components), stock taken by another order or miscounted, a promise that was infeasible when made; what no record explains is
-- untraceable and stands alone.
with chain as (
    select * from {{ ref("int_late_chain") }}
),

places as (
    select item_id, warehouse_id, cast(inspection_days as integer) as inspection_days
    from {{ ref("stg_item_location") }}
),

purchases as (
    select * from {{ ref("fct_purchase_line") }}
),

work_orders as (
    select * from {{ ref("stg_work_order") }}
),

transfers as (
    select
        lines.transfer_order_line_id,
        lines.received_date,
        orders.due_date,
        orders.number
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
),

-- The component a work order waited for longest, and the receipt that ended the wait.
short_components as (
    select
        components.work_order_id,
        components.item_id,
        work_orders.warehouse_id,
        components.available_date,
        work_orders.planned_start_date
    from {{ ref("stg_work_order_component") }} as components
    inner join work_orders
        on components.work_order_id = work_orders.work_order_id
    where components.available_date > work_orders.planned_start_date
    qualify row_number() over (
        partition by components.work_order_id
        order by components.available_date desc, components.work_order_component_id
    ) = 1
),

component_lots as (
    select distinct
        movements.document_id as work_order_id,
        movements.item_id,
        supplies.supply_id as purchase_order_line_id,
        supplies.received_date,
        supplies.available_date,
        1 as evidence_rank
    from {{ ref("fct_movement_line") }} as movements
    inner join {{ ref("int_supply_receipt") }} as supplies
        on movements.lot_id = supplies.lot_id
    where movements.document_kind = 'work_order'
        and movements.movement_type = 'production_issue'
        and movements.side = 1
        and supplies.supply_kind = 'purchase_order_line'
        and movements.document_id in (select work_order_id from short_components)
),

-- Without lots: the receipt of the component that made it available on that day.
component_receipts as (
    select
        short_components.work_order_id,
        short_components.item_id,
        receipts.purchase_order_line_id,
        receipts.received_date,
        receipts.inspected_date as available_date,
        2 as evidence_rank
    from short_components
    inner join {{ ref("fct_supplier_receipt") }} as receipts
        on short_components.item_id = receipts.item_id
        and short_components.warehouse_id = receipts.warehouse_id
        and short_components.available_date = receipts.inspected_date
),

component_supplies as (
    select supplies.*
    from (
        select * from component_lots
        union all by name
        select * from component_receipts
    ) as supplies
    inner join short_components
        on supplies.work_order_id = short_components.work_order_id
        and supplies.item_id = short_components.item_id
    qualify row_number() over (
        partition by supplies.work_order_id
        order by supplies.evidence_rank, supplies.available_date desc, supplies.purchase_order_line_id desc
    ) = 1
),

joined as (
    select
        chain.*,
        coalesce(places.inspection_days, 0) as standard_inspection_days,
        purchases.order_number as purchase_number,
        purchases.supplier_id,
        purchases.order_date as purchase_order_date,
        purchases.order_by_date,
        coalesce(purchases.first_promised_date, purchases.requested_date, purchases.required_date) as supplier_date,
        work_orders.number as work_order_number,
        work_orders.planned_start_date,
        work_orders.due_date as work_due_date,
        coalesce(work_orders.actual_start_date, chain.end_date) as actual_start_date,
        short_components.available_date as component_available_date,
        component_supplies.received_date as component_received_date,
        component_purchases.order_number as component_purchase_number,
        component_purchases.supplier_id as component_supplier_id,
        coalesce(component_purchases.first_promised_date, component_purchases.requested_date) as component_supplier_date,
        coalesce(component_places.inspection_days, 0) as component_inspection_days,
        component_supplies.available_date as component_usable_date,
        transfers.number as transfer_number,
        transfers.due_date as transfer_due_date,
        takers.order_number as taken_by_number,
        -- What is not there yet is at best there today.
        least(coalesce(chain.received_date, chain.end_date), chain.end_date) as supply_received_date,
        least(coalesce(chain.available_date, chain.end_date), chain.end_date) as supply_available_date,
        coalesce(chain.ready_date, chain.end_date) as wanted_ready_date
    from chain
    left join places
        on chain.item_id = places.item_id
        and chain.warehouse_id = places.warehouse_id
    left join purchases
        on chain.supply_kind = 'purchase_order_line'
        and chain.supply_id = purchases.purchase_order_line_id
    left join work_orders
        on chain.supply_kind = 'work_order'
        and chain.supply_id = work_orders.work_order_id
    left join transfers
        on chain.supply_kind = 'transfer_order_line'
        and chain.supply_id = transfers.transfer_order_line_id
    left join short_components
        on chain.supply_kind = 'work_order'
        and chain.supply_id = short_components.work_order_id
    left join component_supplies
        on short_components.work_order_id = component_supplies.work_order_id
    left join purchases as component_purchases
        on component_supplies.purchase_order_line_id = component_purchases.purchase_order_line_id
    left join places as component_places
        on short_components.item_id = component_places.item_id
        and short_components.warehouse_id = component_places.warehouse_id
    left join {{ ref("fct_sales_line") }} as takers
        on chain.taken_by_line_id = takers.sales_order_line_id
),

-- First what happened on the shelf: the line had its stock and lost it.
shelf as (
    select
        *,
        case
            when is_cancelled and cancel_reason in ('customer', 'price', 'credit') then late_days
            else 0
        end as customer_days,
        case
            when taken_from_date is not null
                then greatest(availability_days - greatest(taken_from_date - ready_by_date, 0), 0)
            else 0
        end as taken_days,
        case
            when taken_from_date is null and miscounted_from_date is not null
                then greatest(availability_days - greatest(miscounted_from_date - ready_by_date, 0), 0)
            else 0
        end as miscount_days
    from joined
),

waits as (
    select
        *,
        availability_days - taken_days - miscount_days as supply_days,
        -- Usable but not yet tied to the line: handling inside the warehouse, never more than the wait itself.
        case
            when supply_kind is null then 0
            else least(
                greatest(wanted_ready_date - greatest(supply_available_date, ready_by_date), 0),
                availability_days - taken_days - miscount_days
            )
        end as handling_days
    from shelf
),

supply as (
    select
        *,
        supply_days - handling_days as chain_days,
        case
            when supply_days - handling_days = 0 then 'none'
            when supply_kind = 'purchase_order_line' and supplier_date is not null then 'purchase'
            when supply_kind = 'work_order' then 'work'
            when supply_kind = 'transfer_order_line' then 'transfer'
            else 'unknown'
        end as chain_kind
    from waits
),

links as (
    select
        *,
        case chain_kind when 'purchase' then supply_received_date - supplier_date else 0 end as supplier_days,
        case chain_kind
            when 'purchase' then supply_available_date - supply_received_date - standard_inspection_days
            else 0
        end as inspection_days,
        -- A work order's delay: waiting for its components, then its own start and duration against plan.
        case chain_kind
            when 'work' then greatest(
                least(coalesce(component_available_date, planned_start_date), actual_start_date) - planned_start_date, 0
            )
            else 0
        end as component_days,
        case chain_kind when 'work' then supply_available_date - work_due_date else 0 end as work_days,
        case chain_kind when 'transfer' then supply_received_date - transfer_due_date else 0 end as transfer_days
    from supply
),

components as (
    select
        *,
        least(
            greatest(coalesce(component_received_date - component_supplier_date, 0), 0),
            component_days
        ) as component_supplier_days
    from links
),

component_split as (
    select
        *,
        least(
            greatest(coalesce(component_usable_date - component_received_date - component_inspection_days, 0), 0),
            component_days - component_supplier_days
        ) as component_inspection_late_days
    from components
),

residuals as (
    select
        *,
        component_days - component_supplier_days - component_inspection_late_days as component_planning_days,
        work_days - component_days as production_days,
        -- The plan itself ended later (or, negative, earlier) than the promise allowed.
        chain_days - supplier_days - inspection_days - work_days - transfer_days as plan_days
    from component_split
),

plan_split as (
    select
        *,
        case
            when chain_kind = 'none' then 0
            when pegged_date is not null
                then greatest(least(pegged_date - ready_by_date, plan_days), 0)
            else 0
        end as infeasible_days
    from residuals
),

causes as (
    select
        *,
        plan_days - infeasible_days as rest_days,
        case
            when chain_kind in ('purchase', 'work', 'transfer') then 'planning'
            when is_unordered then 'planning'
            else 'untraceable'
        end as rest_cause
    from plan_split
),

parts as (
    {%- for cause, days, kind, number, evidence, supplier in [
        ("carrier", "carrier_days", "'shipment'", "shipment_number", "transit_over_lane", "null"),
        ("carrier", "transfer_days", "'transfer_order'", "transfer_number", "transfer_after_due", "null"),
        ("picking", "picking_days", "'sales_order'", "order_number", "shipped_after_ready", "null"),
        ("picking", "handling_days", "'sales_order'", "order_number", "usable_before_allocated", "null"),
        ("stock_taken", "taken_days", "'sales_order'", "taken_by_number", "allocation_taken", "null"),
        ("wrong_count", "miscount_days", "'sales_order'", "order_number", "allocation_not_found", "null"),
        ("supplier", "supplier_days", "'purchase_order'", "purchase_number", "received_after_promise", "supplier_id"),
        ("inspection", "inspection_days", "'purchase_order'", "purchase_number", "inspection_over_standard", "supplier_id"),
        ("supplier", "component_supplier_days", "'purchase_order'", "component_purchase_number", "component_after_promise",
            "component_supplier_id"),
        ("inspection", "component_inspection_late_days", "'purchase_order'", "component_purchase_number", "component_inspection",
            "component_supplier_id"),
        ("planning", "component_planning_days", "'work_order'", "work_order_number", "component_ordered_late", "null"),
        ("production", "production_days", "'work_order'", "work_order_number", "completed_after_due", "null"),
        ("promise_infeasible", "infeasible_days", "'sales_order'", "order_number", "pegs_after_promise", "null"),
    ] %}
    select
        sales_order_line_id,
        '{{ cause }}' as cause,
        case when customer_days > 0 then 0 else {{ days }} end as days,
        {{ kind }} as document_kind,
        {{ number }} as document_number,
        'cause.{{ evidence }}' as evidence_key,
        cast({{ supplier }} as bigint) as supplier_id
    from causes
    union all
    {%- endfor %}
    select
        sales_order_line_id,
        rest_cause as cause,
        case when customer_days > 0 then 0 else rest_days end as days,
        case chain_kind when 'purchase' then 'purchase_order' when 'work' then 'work_order' else 'sales_order' end as document_kind,
        coalesce(purchase_number, work_order_number, order_number) as document_number,
        case
            when rest_cause = 'untraceable' then 'cause.no_record'
            when rest_days < 0 then 'cause.slack_in_plan'
            when chain_kind = 'purchase' and purchase_order_date > order_by_date then 'cause.ordered_after_order_by'
            when chain_kind = 'unknown' then 'cause.not_ordered'
            else 'cause.planned_after_need'
        end as evidence_key,
        cast(null as bigint) as supplier_id
    from causes
    union all
    select
        sales_order_line_id,
        'customer_change' as cause,
        customer_days as days,
        'sales_order' as document_kind,
        order_number as document_number,
        'cause.cancelled_by_customer' as evidence_key,
        cast(null as bigint) as supplier_id
    from causes
)

select
    sales_order_line_id,
    cause,
    case
        when cause in ('supplier', 'planning', 'inspection') then 'purchase'
        when cause = 'production' then 'production'
        when cause in ('stock_taken', 'wrong_count', 'picking', 'carrier') then 'logistics'
        else 'other'
    end as cause_group,
    cast(sum(days) as bigint) as days,
    arg_max(document_kind, abs(days)) as document_kind,
    arg_max(document_number, abs(days)) as document_number,
    arg_max(evidence_key, abs(days)) as evidence_key,
    arg_max(supplier_id, abs(days)) as supplier_id
from parts
where days <> 0
group by all
having sum(days) <> 0
