-- Who, or what, made each late line late, and by how many days? One row per late line and cause; days are signed and sum to late_days.
-- The document is that of the step which lost most for this cause.
select
    sales_order_line_id,
    cause,
    cause_group,
    cast(sum(days) as bigint) as days,
    arg_max(document_kind, (days, step_number)) as document_kind,
    arg_max(document_number, (days, step_number)) as document_number,
    arg_max(evidence_key, (days, step_number)) as evidence_key,
    arg_max(supplier_id, (days, step_number)) as supplier_id
from {{ ref("fct_late_step") }}
group by all
having sum(days) <> 0
