-- What did each count find? One row per counted record.
select
    counts.stocktake_line_id,
    counts.stocktake_number,
    counts.stocktake_kind,
    counts.count_date,
    {{ item_labels() }},
    {{ category_labels() }},
    {{ warehouse_labels() }},
    counts.location_code,
    counts.zone,
    counts.lot_code,
    counts.status,
    {{ from_micro("counts.book_quantity_micro") }} as book_quantity,
    {{ from_micro("counts.counted_quantity_micro") }} as counted_quantity,
    {{ from_micro("counts.difference_micro") }} as difference,
    {{ from_micro(extended_micro("counts.difference_micro", "counts.unit_cost_micro")) }} as difference_value,
    counts.is_match,
    counts.counter,
    counts.cause_code
from {{ ref("fct_count_line") }} as counts
inner join {{ ref("dim_item") }} as items
    on counts.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on counts.warehouse_id = warehouses.warehouse_id
