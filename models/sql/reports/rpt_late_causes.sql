-- How are the late days of each line shared among causes? One row per late line and cause; the days sum to the line's late_days.
select
    causes.sales_order_line_id,
    causes.cause,
    causes.cause_group,
    causes.days,
    causes.document_kind,
    causes.document_number,
    causes.evidence_key,
    causes.supplier_id,
    suppliers.supplier_code,
    suppliers.supplier_name,
    suppliers.supplier_name_zh
from {{ ref("fct_late_cause") }} as causes
left join {{ ref("dim_supplier") }} as suppliers
    on causes.supplier_id = suppliers.supplier_id
