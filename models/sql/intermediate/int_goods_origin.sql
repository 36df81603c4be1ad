-- Where did the goods come from that somebody may have waited for? One row per movement line that took them - for a late sales line, for a
-- transfer, for a work order after its planned start - and per allocation still tied to a late line. The arrival its last unit came with,
-- by lot and, within it, first in, first out: the last unit is the one that was waited for. Goods tied to a sales line left the queue on
-- the day they were tied.
with arrivals as (
    select * from {{ ref("int_stock_arrival") }} where is_last_of_day
),

late as (
    select sales_order_line_id from {{ ref("fct_sales_line") }} where is_late
),

tied as (
    select
        lines.shipment_line_id,
        max(allocations.allocated_date) as allocated_date
    from {{ ref("fct_delivery") }} as lines
    inner join {{ ref("stg_allocation") }} as allocations
        on lines.sales_order_line_id = allocations.demand_line_id
        and lines.location_id = allocations.location_id
        and lines.lot_id = allocations.lot_id
        and lines.shipped_date = allocations.closed_date
    where allocations.demand_kind = 'sales_order_line'
        and allocations.state = 'consumed'
    group by all
),

late_shipment_lines as (
    select lines.shipment_line_id
    from {{ ref("fct_delivery") }} as lines
    inner join late
        on lines.sales_order_line_id = late.sales_order_line_id
),

supplies as (
    select
        supply_kind,
        supply_id,
        planned_end_date - run_days - pick_days as planned_start_date
    from {{ ref("int_supply") }}
),

movements as (
    select
        movement_line_id,
        item_id,
        warehouse_id,
        lot_id,
        business_date,
        document_kind,
        document_id,
        document_line_id,
        -quantity_change_micro as quantity_micro
    from {{ ref("fct_movement_line") }}
    where side = -1
        and location_kind = 'bin'
        and status = 'available'
        and {{ changes_usable_stock() }}
    union all
    -- Tied and not yet shipped: gone from the queue as well.
    select
        allocations.allocation_id,
        allocations.item_id,
        places.warehouse_id,
        allocations.lot_id,
        allocations.allocated_date,
        'allocation',
        allocations.demand_line_id,
        allocations.demand_line_id,
        allocations.quantity
    from {{ ref("stg_allocation") }} as allocations
    inner join {{ ref("stg_location") }} as places
        on allocations.location_id = places.location_id
    where allocations.state = 'open'
        and allocations.demand_kind = 'sales_order_line'
),

outflows as (
    select
        movements.movement_line_id,
        movements.item_id,
        movements.warehouse_id,
        movements.lot_id,
        movements.business_date as left_date,
        tied.allocated_date,
        case movements.document_kind
            when 'shipment' then 'shipment_line'
            when 'work_order' then 'work_order'
            when 'transfer_order' then 'transfer_order_line'
            else movements.document_kind
        end as demand_kind,
        case when movements.document_kind = 'work_order' then movements.document_id else movements.document_line_id end as demand_id,
        movements.quantity_micro,
        cast(sum(movements.quantity_micro) over (
            partition by movements.item_id, movements.warehouse_id, movements.lot_id
            order by coalesce(tied.allocated_date, movements.business_date), movements.movement_line_id
        ) as bigint) as gone_to_micro
    from movements
    left join tied
        on movements.document_kind = 'shipment'
        and movements.document_line_id = tied.shipment_line_id
),

-- Only these can have been waited for.
asked as (
    select outflows.*
    from outflows
    semi join late_shipment_lines
        on outflows.demand_kind = 'shipment_line'
        and outflows.demand_id = late_shipment_lines.shipment_line_id
    union all
    select outflows.*
    from outflows
    semi join late
        on outflows.demand_kind = 'allocation'
        and outflows.demand_id = late.sales_order_line_id
    union all
    select outflows.*
    from outflows
    inner join supplies
        on outflows.demand_kind = supplies.supply_kind
        and outflows.demand_id = supplies.supply_id
        -- A transfer is told from its parts, so all of them count.
        and (outflows.demand_kind = 'transfer_order_line' or outflows.left_date > supplies.planned_start_date)
)

select
    asked.demand_kind,
    asked.demand_id,
    asked.lot_id,
    asked.left_date,
    asked.allocated_date,
    asked.quantity_micro,
    arrivals.arrival_id,
    -- Posted late, or backwards: what left had come.
    least(arrivals.arrival_date, asked.left_date) as arrival_date,
    arrivals.supply_kind,
    arrivals.supply_id,
    asked.movement_line_id
from asked
asof left join arrivals
    on asked.item_id = arrivals.item_id
    and asked.warehouse_id = arrivals.warehouse_id
    and asked.lot_id = arrivals.lot_id
    and asked.gone_to_micro <= arrivals.come_to_micro
