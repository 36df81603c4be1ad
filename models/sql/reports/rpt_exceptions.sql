-- Which orders need a person, by when, and what is at stake? One row per message.
with messages as (
    select
        *,
        split_part(supply_id, ':', 1) as supply_prefix,
        try_cast(split_part(supply_id, ':', 2) as bigint) as document_line_id
    from {{ source("plan", "exceptions") }}
),

purchase_lines as (
    select purchase_order_line_id, order_number, supplier_id from {{ ref("fct_purchase_line") }}
),

transfer_lines as (
    select lines.transfer_order_line_id, orders.number
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
)

select
    messages.message_id,
    messages.kind,
    messages.supply_id,
    coalesce(purchase_lines.order_number, work_orders.number, transfer_lines.number) as document_number,
    messages.planned_order_id,
    messages.item_location_id,
    {{ item_labels() }},
    {{ warehouse_labels() }},
    suppliers.supplier_id,
    suppliers.supplier_code,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    {{ from_micro("messages.quantity") }} as quantity,
    messages.from_date,
    messages.to_date,
    {{ from_micro("messages.value_at_stake_micro") }} as value_at_stake,
    messages.late_order_count,
    messages.pegged_demands,
    messages.urgency
from messages
left join {{ ref("stg_item_location") }} as places
    on messages.item_location_id = places.item_location_id
left join {{ ref("dim_item") }} as items
    on places.item_id = items.item_id
left join {{ ref("dim_warehouse") }} as warehouses
    on places.warehouse_id = warehouses.warehouse_id
left join purchase_lines
    on messages.supply_prefix in ('PO', 'QC')
    and messages.document_line_id = purchase_lines.purchase_order_line_id
left join {{ ref("stg_work_order") }} as work_orders
    on messages.supply_prefix = 'WO'
    and messages.document_line_id = work_orders.work_order_id
left join transfer_lines
    on messages.supply_prefix = 'TO'
    and messages.document_line_id = transfer_lines.transfer_order_line_id
left join {{ ref("dim_supplier") }} as suppliers
    on purchase_lines.supplier_id = suppliers.supplier_id
