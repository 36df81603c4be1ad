-- K3: the quantity a saving is counted on never exceeds what was needed.
select purchase_order_line_id
from {{ ref("fct_purchase_line") }}
where needed_quantity_micro > coalesce(required_quantity_micro, needed_quantity_micro)
    or needed_quantity_micro + moq_excess_quantity_micro <> quantity_micro
