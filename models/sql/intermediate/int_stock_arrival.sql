-- What came into the usable stock of a warehouse, from which supply, and as which unit? One row per movement line that brought something.
-- Usable: in a bin and available. Moves between bins of a warehouse bring nothing, and neither does what was reversed later.
-- come_to_micro numbers the units of an item, warehouse and lot as they came: first in, first out means that unit n to leave is unit n to
-- have come. What came to the same shelf on the same day cannot be told apart: is_last_of_day stands for it.
-- supply_kind: a purchase line, work order or transfer line; 'found' by a count; 'opening', 'customer_return', 'other'.
with arrivals as (
    select
        movement_line_id,
        item_id,
        warehouse_id,
        lot_id,
        document_kind,
        document_id,
        document_line_id,
        business_date,
        other_kind,
        quantity_change_micro as quantity_micro
    from {{ ref("fct_movement_line") }}
    where side = 1
        and location_kind = 'bin'
        and status = 'available'
        and {{ changes_usable_stock() }}
),

receipts as (
    select * from {{ ref("fct_supplier_receipt") }}
),

lots as (
    select
        lots.lot_id,
        case lots.origin_kind when 'goods_receipt_line' then 'purchase_order_line' when 'work_order' then 'work_order' end
            as supply_kind,
        case lots.origin_kind when 'work_order' then lots.origin_id else receipts.purchase_order_line_id end as supply_id,
        receipts.received_date
    from {{ ref("stg_lot") }} as lots
    left join receipts
        on lots.origin_kind = 'goods_receipt_line'
        and lots.origin_id = receipts.goods_receipt_line_id
    where lots.lot_id <> 0
),

supplied as (
    select
        arrivals.*,
        case
            when receipts.purchase_order_line_id is not null then 'purchase_order_line'
            when arrivals.document_kind = 'work_order' then 'work_order'
            when arrivals.document_kind = 'transfer_order' then 'transfer_order_line'
            when arrivals.other_kind = 'count_difference' then 'found'
            when arrivals.document_kind in ('opening', 'customer_return') then arrivals.document_kind
            -- Set free by hand: what the lot was born of.
            else coalesce(lots.supply_kind, 'other')
        end as supply_kind,
        case
            when receipts.purchase_order_line_id is not null then receipts.purchase_order_line_id
            when arrivals.document_kind = 'work_order' then arrivals.document_id
            when arrivals.document_kind = 'transfer_order' then arrivals.document_line_id
            when arrivals.other_kind = 'count_difference' or arrivals.document_kind in ('opening', 'customer_return')
                then arrivals.document_id
            else lots.supply_id
        end as supply_id,
        coalesce(receipts.received_date, lots.received_date) as received_date,
        -- Received and inspected in one step, but looked at later.
        greatest(arrivals.business_date, coalesce(receipts.inspected_date, arrivals.business_date)) as arrival_date
    from arrivals
    left join receipts
        on arrivals.document_kind = 'goods_receipt'
        and arrivals.document_line_id = receipts.goods_receipt_line_id
    left join lots
        on arrivals.document_kind = 'move'
        and arrivals.lot_id = lots.lot_id
)

select
    movement_line_id as arrival_id,
    item_id,
    warehouse_id,
    lot_id,
    supply_kind,
    supply_id,
    received_date,
    arrival_date,
    quantity_micro,
    cast(sum(quantity_micro) over (
        partition by item_id, warehouse_id, lot_id
        order by arrival_date, movement_line_id
    ) as bigint) as come_to_micro,
    movement_line_id = max(movement_line_id) over (partition by item_id, warehouse_id, lot_id, arrival_date) as is_last_of_day
from supplied
