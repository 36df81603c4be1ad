-- What is still open on every document, and is it overdue? One row per open document line.
with purchases as (
    select
        'purchase_order' as document_kind,
        lines.order_number as document_number,
        lines.purchase_order_line_id as line_id,
        lines.item_id,
        lines.warehouse_id,
        lines.open_quantity_micro as open_micro,
        coalesce(lines.required_date, lines.requested_date, lines.first_promised_date) as due_date,
        lines.first_promised_date as promised_date,
        coalesce(lines.last_promised_date, lines.first_promised_date, lines.requested_date, lines.required_date) as expected_date,
        suppliers.supplier_name as partner_name,
        suppliers.supplier_name_zh as partner_name_zh,
        lines.status
    from {{ ref("fct_purchase_line") }} as lines
    inner join {{ ref("dim_supplier") }} as suppliers
        on lines.supplier_id = suppliers.supplier_id
    where lines.open_quantity_micro > 0
),

sales as (
    select
        'sales_order' as document_kind,
        lines.order_number as document_number,
        lines.sales_order_line_id as line_id,
        lines.item_id,
        lines.warehouse_id,
        lines.open_quantity_micro as open_micro,
        lines.requested_date as due_date,
        lines.first_promised_date as promised_date,
        lines.last_date as expected_date,
        customers.customer_name as partner_name,
        customers.customer_name_zh as partner_name_zh,
        lines.status
    from {{ ref("fct_sales_line") }} as lines
    inner join {{ ref("dim_customer") }} as customers
        on lines.customer_id = customers.customer_id
    where lines.open_quantity_micro > 0
        and lines.status in ('open', 'shipped')
),

work_orders as (
    select
        'work_order' as document_kind,
        number as document_number,
        work_order_id as line_id,
        item_id,
        warehouse_id,
        ordered_quantity - completed_quantity - scrapped_quantity as open_micro,
        due_date,
        cast(null as date) as promised_date,
        due_date as expected_date,
        cast(null as varchar) as partner_name,
        cast(null as varchar) as partner_name_zh,
        status
    from {{ ref("stg_work_order") }}
    where status in ('planned', 'released', 'in_progress')
        and ordered_quantity - completed_quantity - scrapped_quantity > 0
),

transfers as (
    select
        'transfer_order' as document_kind,
        orders.number as document_number,
        lines.transfer_order_line_id as line_id,
        lines.item_id,
        orders.to_warehouse_id as warehouse_id,
        lines.ordered_quantity - lines.cancelled_quantity - lines.received_quantity as open_micro,
        orders.due_date,
        cast(null as date) as promised_date,
        orders.due_date as expected_date,
        sources.warehouse_name as partner_name,
        sources.warehouse_name_zh as partner_name_zh,
        orders.status
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
    inner join {{ ref("dim_warehouse") }} as sources
        on orders.from_warehouse_id = sources.warehouse_id
    where orders.status in ('open', 'shipped')
        and lines.ordered_quantity - lines.cancelled_quantity - lines.received_quantity > 0
),

open_lines as (
    select * from purchases
    union all by name
    select * from sales
    union all by name
    select * from work_orders
    union all by name
    select * from transfers
)

select
    open_lines.document_kind,
    open_lines.document_number,
    open_lines.line_id,
    {{ item_labels() }},
    {{ warehouse_labels() }},
    {{ from_micro("open_lines.open_micro") }} as quantity_open,
    open_lines.due_date,
    open_lines.promised_date,
    open_lines.expected_date,
    coalesce(open_lines.promised_date, open_lines.due_date) < company.data_through as is_past_due,
    open_lines.partner_name,
    open_lines.partner_name_zh,
    open_lines.status
from open_lines
inner join {{ ref("dim_item") }} as items
    on open_lines.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on open_lines.warehouse_id = warehouses.warehouse_id
cross join {{ ref("int_company") }} as company
