-- Where did the goods that left come from? One row per movement line that took goods out of a warehouse for a shipment, a work order or a
-- transfer: the arrival its last unit came with, by lot and, within it, first in, first out. The last unit is the one that was waited for.
with flows as (
    select * from {{ ref("int_stock_flow") }}
),

arrivals as (
    select * from flows where is_arrival
),

outflows as (
    select
        *,
        case document_kind
            when 'shipment' then 'shipment_line'
            when 'work_order' then 'work_order'
            else 'transfer_order_line'
        end as demand_kind,
        case when document_kind = 'work_order' then document_id else document_line_id end as demand_id
    from flows
    where not is_arrival
        and document_kind in ('shipment', 'work_order', 'transfer_order')
)

select
    outflows.movement_line_id,
    outflows.demand_kind,
    outflows.demand_id,
    outflows.item_id,
    outflows.warehouse_id,
    outflows.lot_id,
    outflows.business_date as left_date,
    outflows.allocated_date,
    outflows.quantity_micro,
    arrivals.movement_line_id as arrival_id,
    -- Posted late, or backwards: what left had come.
    least(arrivals.flow_date, outflows.business_date) as arrival_date,
    arrivals.supply_kind,
    arrivals.supply_id
from outflows
asof left join arrivals
    on outflows.item_id = arrivals.item_id
    and outflows.warehouse_id = arrivals.warehouse_id
    and outflows.lot_id = arrivals.lot_id
    and outflows.unit_to_micro <= arrivals.unit_to_micro
