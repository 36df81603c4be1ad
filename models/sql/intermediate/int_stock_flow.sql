-- What came into, and went out of, the usable stock of a warehouse, and as which unit? One row per movement line and warehouse whose
-- usable stock it changed. Usable: in a bin and available; moves between bins of a warehouse change nothing, and a movement and its
-- reversal are both left out.
-- unit_to_micro numbers the units of an item, warehouse and lot as they come in and, apart, as they go out: first in, first out means
-- that unit n to leave is unit n to have come. Goods tied to a sales line leave the queue on the day they are tied, not when shipped.
with movements as (
    select * from {{ ref("fct_movement_line") }}
),

reversed as (
    select distinct reversal_of_movement_id as movement_id
    from movements
    where reversal_of_movement_id is not null
),

changes as (
    select
        movement_line_id,
        warehouse_id,
        item_id,
        lot_id,
        movement_type,
        document_kind,
        document_id,
        document_line_id,
        business_date,
        any_value(other_kind) as other_kind,
        any_value(location_id) as location_id,
        sum(quantity_change_micro) as quantity_micro
    from movements
    where location_kind = 'bin'
        and status = 'available'
        and reversal_of_movement_id is null
        and movement_id not in (select movement_id from reversed)
    group by all
    having sum(quantity_change_micro) <> 0
),

tied as (
    select
        lines.shipment_line_id,
        max(allocations.allocated_date) as allocated_date
    from {{ ref("stg_shipment_line") }} as lines
    inner join {{ ref("stg_shipment") }} as shipments
        on lines.shipment_id = shipments.shipment_id
    inner join {{ ref("stg_allocation") }} as allocations
        on lines.sales_order_line_id = allocations.demand_line_id
        and lines.location_id = allocations.location_id
        and lines.lot_id = allocations.lot_id
        and shipments.shipped_date = allocations.closed_date
    where allocations.demand_kind = 'sales_order_line'
        and allocations.state = 'consumed'
    group by all
),

receipts as (
    select * from {{ ref("fct_supplier_receipt") }}
),

lots as (
    select lot_id, origin_kind, origin_id
    from {{ ref("stg_lot") }}
    where lot_id <> 0
),

dated as (
    select
        changes.*,
        tied.allocated_date,
        receipts.purchase_order_line_id,
        receipts.received_date,
        case
            when changes.quantity_micro < 0 then coalesce(tied.allocated_date, changes.business_date)
            -- Received and inspected in one step, but looked at later.
            else greatest(changes.business_date, coalesce(receipts.inspected_date, changes.business_date))
        end as flow_date,
        changes.quantity_micro > 0 as is_arrival
    from changes
    left join tied
        on changes.document_kind = 'shipment'
        and changes.document_line_id = tied.shipment_line_id
    left join receipts
        on changes.document_kind = 'goods_receipt'
        and changes.document_line_id = receipts.goods_receipt_line_id
),

supplied as (
    select
        dated.*,
        case
            when not dated.is_arrival then null
            when dated.purchase_order_line_id is not null then 'purchase_order_line'
            when dated.document_kind = 'work_order' then 'work_order'
            when dated.document_kind = 'transfer_order' then 'transfer_order_line'
            when dated.other_kind = 'count_difference' then 'found'
            when dated.document_kind in ('opening', 'customer_return') then dated.document_kind
            -- Set free by hand: what the lot was born of.
            when lots.origin_kind = 'goods_receipt_line' then 'purchase_order_line'
            when lots.origin_kind = 'work_order' then 'work_order'
            else 'other'
        end as supply_kind,
        case
            when not dated.is_arrival then null
            when dated.purchase_order_line_id is not null then dated.purchase_order_line_id
            when dated.document_kind = 'work_order' then dated.document_id
            when dated.document_kind = 'transfer_order' then dated.document_line_id
            when dated.other_kind = 'count_difference' or dated.document_kind in ('opening', 'customer_return') then dated.document_id
            when lots.origin_kind = 'work_order' then lots.origin_id
            when lots.origin_kind = 'goods_receipt_line' then born.purchase_order_line_id
        end as supply_id,
        coalesce(dated.received_date, born.received_date) as supply_received_date
    from dated
    left join lots
        on dated.lot_id = lots.lot_id
        and dated.document_kind = 'move'
        and dated.is_arrival
    left join receipts as born
        on lots.origin_kind = 'goods_receipt_line'
        and lots.origin_id = born.goods_receipt_line_id
)

select
    movement_line_id,
    is_arrival,
    item_id,
    warehouse_id,
    lot_id,
    location_id,
    business_date,
    flow_date,
    allocated_date,
    movement_type,
    document_kind,
    document_id,
    document_line_id,
    other_kind,
    supply_kind,
    supply_id,
    supply_received_date as received_date,
    cast(abs(quantity_micro) as bigint) as quantity_micro,
    cast(sum(abs(quantity_micro)) over (
        partition by is_arrival, item_id, warehouse_id, lot_id
        order by flow_date, movement_line_id
    ) as bigint) as unit_to_micro
from supplied
