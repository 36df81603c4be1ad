-- How has a supplier really delivered an item? One row per supplier x item that was ever received or is overdue.
-- on_time: purchase lines in full by the first promise; lines due and not received count as failures. Reject rate: of what was judged.
with receipts as (
    select
        supplier_id,
        item_id,
        count(*) filter (where received_quantity_micro > 0 and not is_date_assumed) as receipt_count,
        avg(lead_time_days) filter (where received_quantity_micro > 0 and not is_date_assumed) as mean_lead_time_days,
        {{ exact_stddev_samp("lead_time_days", "received_quantity_micro > 0 and not is_date_assumed") }} as lead_time_sigma_days,
        cast(sum(accepted_quantity_micro) as hugeint) as accepted_quantity_micro,
        cast(sum(rejected_quantity_micro) as hugeint) as rejected_quantity_micro,
        max(received_date) as last_received_date
    from {{ ref("fct_supplier_receipt") }}
    group by all
),

promises as (
    select
        supplier_id,
        item_id,
        count(*) filter (where is_due) as due_line_count,
        count(*) filter (where is_due and is_on_time) as on_time_line_count
    from {{ ref("fct_purchase_line") }}
    where is_counted
    group by all
)

select
    coalesce(receipts.supplier_id, promises.supplier_id) as supplier_id,
    coalesce(receipts.item_id, promises.item_id) as item_id,
    coalesce(receipts.receipt_count, 0) as receipt_count,
    receipts.mean_lead_time_days,
    receipts.lead_time_sigma_days,
    coalesce(receipts.accepted_quantity_micro, 0) as accepted_quantity_micro,
    coalesce(receipts.rejected_quantity_micro, 0) as rejected_quantity_micro,
    receipts.last_received_date,
    coalesce(promises.due_line_count, 0) as due_line_count,
    coalesce(promises.on_time_line_count, 0) as on_time_line_count
from receipts
full join promises
    on receipts.supplier_id = promises.supplier_id
    and receipts.item_id = promises.item_id
