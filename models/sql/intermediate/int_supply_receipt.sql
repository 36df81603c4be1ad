-- When did a lot, or a purchase or work order, become usable, against what had been planned? One row per lot born of a document.
-- available_date: inspected, or completed. slack against the plan: see int_late_chain.
with receipts as (
    select
        receipts.goods_receipt_line_id as origin_id,
        'goods_receipt_line' as origin_kind,
        receipts.purchase_order_line_id,
        receipts.item_id,
        receipts.warehouse_id,
        receipts.received_date,
        receipts.inspected_date as available_date
    from {{ ref("fct_supplier_receipt") }} as receipts
),

lots as (
    select lot_id, item_id, origin_kind, origin_id
    from {{ ref("stg_lot") }}
    where lot_id <> 0
)

select
    lots.lot_id,
    lots.item_id,
    'purchase_order_line' as supply_kind,
    receipts.purchase_order_line_id as supply_id,
    receipts.received_date,
    receipts.available_date
from lots
inner join receipts
    on lots.origin_kind = receipts.origin_kind
    and lots.origin_id = receipts.origin_id
union all
select
    lots.lot_id,
    lots.item_id,
    'work_order' as supply_kind,
    work_orders.work_order_id as supply_id,
    coalesce(lots_received.received_date, work_orders.actual_end_date) as received_date,
    coalesce(lots_received.received_date, work_orders.actual_end_date) as available_date
from lots
inner join {{ ref("stg_lot") }} as lots_received
    on lots.lot_id = lots_received.lot_id
inner join {{ ref("stg_work_order") }} as work_orders
    on lots.origin_kind = 'work_order'
    and lots.origin_id = work_orders.work_order_id
