-- What did the supplier deliver, when, and was it good? One row per goods receipt line.
with lines as (
    select * from {{ ref("stg_goods_receipt_line") }}
),

receipts as (
    select * from {{ ref("stg_goods_receipt") }}
),

order_lines as (
    select * from {{ ref("stg_purchase_order_line") }}
),

orders as (
    select * from {{ ref("stg_purchase_order") }}
)

select
    lines.goods_receipt_line_id,
    lines.goods_receipt_id,
    receipts.number as receipt_number,
    lines.purchase_order_line_id,
    orders.purchase_order_id,
    orders.supplier_id,
    lines.item_id,
    receipts.warehouse_id,
    lines.lot_id,
    orders.order_date,
    receipts.received_date,
    receipts.inspected_date,
    receipts.is_date_assumed,
    order_lines.first_promised_date,
    receipts.received_date - orders.order_date as lead_time_days,
    receipts.inspected_date - receipts.received_date as inspection_days,
    lines.received_quantity as received_quantity_micro,
    lines.accepted_quantity as accepted_quantity_micro,
    lines.rejected_quantity as rejected_quantity_micro,
    lines.reject_reason
from lines
inner join receipts
    on lines.goods_receipt_id = receipts.goods_receipt_id
inner join order_lines
    on lines.purchase_order_line_id = order_lines.purchase_order_line_id
inner join orders
    on order_lines.purchase_order_id = orders.purchase_order_id
