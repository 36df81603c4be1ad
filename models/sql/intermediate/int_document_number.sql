-- Which number do people know a document by? One row per document kind and id.
select 'purchase_order' as document_kind, purchase_order_id as document_id, number as document_number from {{ ref("stg_purchase_order") }}
union all
select 'goods_receipt', goods_receipt_id, number from {{ ref("stg_goods_receipt") }}
union all
select 'sales_order', sales_order_id, number from {{ ref("stg_sales_order") }}
union all
select 'shipment', shipment_id, number from {{ ref("stg_shipment") }}
union all
select 'customer_return', customer_return_id, number from {{ ref("stg_customer_return") }}
union all
select 'work_order', work_order_id, number from {{ ref("stg_work_order") }}
union all
select 'transfer_order', transfer_order_id, number from {{ ref("stg_transfer_order") }}
union all
select 'stocktake', stocktake_id, number from {{ ref("stg_stocktake") }}
