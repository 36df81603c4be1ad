-- What did each purchase line save against its frozen reference? One row per purchase order line that stands.
select
    lines.purchase_order_line_id,
    lines.order_number,
    lines.order_date,
    lines.buyer_id,
    lines.buyer,
    lines.strategy,
    {{ item_labels() }},
    {{ category_labels() }},
    {{ supplier_labels() }},
    {{ from_micro("lines.quantity_micro") }} as quantity,
    {{ from_micro("lines.required_quantity_micro") }} as required_quantity,
    {{ from_micro("lines.moq_excess_quantity_micro") }} as moq_excess_quantity,
    {{ from_micro("lines.reference_price_micro") }} as reference_unit_price,
    lines.reference_source,
    {{ from_micro("lines.actual_price_micro") }} as actual_unit_price,
    lines.actual_source,
    {{ from_micro("lines.planned_cost_micro") }} as planned_cost,
    {{ from_micro("lines.actual_cost_micro") }} as actual_cost,
    {{ from_micro("lines.planned_cost_micro - lines.actual_cost_micro") }} as saving,
    {{ from_micro("lines.moq_excess_cost_micro") }} as moq_excess_cost,
    {{ from_micro("lines.best_quote_micro") }} as best_quote_unit_price,
    {{ from_micro("lines.mean_quote_micro") }} as mean_quote_unit_price,
    lines.quote_count,
    {{ from_micro("lines.ppv_micro") }} as ppv
from {{ ref("fct_purchase_line") }} as lines
inner join {{ ref("dim_item") }} as items
    on lines.item_id = items.item_id
inner join {{ ref("dim_supplier") }} as suppliers
    on lines.supplier_id = suppliers.supplier_id
where lines.is_counted
