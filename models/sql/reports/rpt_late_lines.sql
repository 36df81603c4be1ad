-- Which lines came late, or are late now? One row per late sales order line.
with main_causes as (
    select
        sales_order_line_id,
        arg_max(cause, (days, cause)) as main_cause
    from {{ ref("fct_late_cause") }}
    group by all
)

select
    lines.sales_order_line_id,
    lines.order_number,
    {{ item_labels() }},
    {{ category_labels() }},
    {{ warehouse_labels() }},
    {{ customer_labels() }},
    {{ from_micro("lines.due_quantity_micro") }} as quantity,
    lines.order_date,
    lines.requested_date,
    lines.first_date as first_promised_date,
    lines.last_date as last_promised_date,
    lines.is_promise_missing,
    lines.delivered_date,
    lines.late_days,
    {{ from_micro("lines.line_value_micro") }} as line_value,
    lines.delivered_date is null and lines.is_open as is_open,
    lines.is_delivery_assumed,
    main_causes.main_cause
from {{ ref("fct_sales_line") }} as lines
inner join {{ ref("dim_item") }} as items
    on lines.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on lines.warehouse_id = warehouses.warehouse_id
inner join {{ ref("dim_customer") }} as customers
    on lines.customer_id = customers.customer_id
left join main_causes
    on lines.sales_order_line_id = main_causes.sales_order_line_id
where lines.is_late
