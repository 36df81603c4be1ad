{{ config(alias="supplier_terms") }}
-- Who offers what on which terms, and how have they kept them? One row per supplier x item x price break x validity.
-- lead_time_days is what the supplier states; the spread, the on-time rate and the reject rate are learned from receipts: of the
-- item when there are at least three, else of the supplier's items together.
with terms as (
    select * from {{ ref("stg_supplier_item") }}
),

prices as (
    select * from {{ ref("stg_supplier_item_price") }}
),

records as (
    select * from {{ ref("int_supplier_item_record") }}
),

supplier_records as (
    select
        supplier_id,
        -- Spread within items, weighted by receipts: the mix of items is not uncertainty.
        sqrt(
            sum((receipt_count - 1) * lead_time_sigma_days * lead_time_sigma_days) filter (where receipt_count > 1)
            / nullif(sum(receipt_count - 1) filter (where receipt_count > 1), 0)
        ) as lead_time_sigma_days,
        {{ rate("sum(on_time_line_count)", "sum(due_line_count)") }} as on_time_rate,
        {{ rate("sum(rejected_quantity_micro)", "sum(accepted_quantity_micro) + sum(rejected_quantity_micro)") }} as reject_rate
    from records
    group by all
),

suppliers as (
    select * from {{ ref("dim_supplier") }}
)

select
    terms.supplier_id,
    terms.item_id,
    cast(null as bigint) as warehouse_id,
    terms.lead_time_days,
    cast(case
        when records.receipt_count >= 3 then records.lead_time_sigma_days
        else supplier_records.lead_time_sigma_days
    end as double) as lead_time_sigma_days,
    terms.minimum_order_quantity,
    terms.order_multiple_quantity,
    prices.break_quantity as price_break_quantity,
    prices.unit_price,
    greatest(terms.valid_from, prices.valid_from) as valid_from,
    least(terms.valid_to, prices.valid_to) as valid_to,
    suppliers.qualified_until,
    suppliers.status <> 'active' as is_on_hold,
    terms.preference,
    case
        when records.due_line_count >= 3 then {{ rate("records.on_time_line_count", "records.due_line_count") }}
        else supplier_records.on_time_rate
    end as on_time_rate,
    case
        when records.receipt_count >= 3
            then {{ rate(
                "records.rejected_quantity_micro",
                "records.accepted_quantity_micro + records.rejected_quantity_micro",
            ) }}
        else supplier_records.reject_rate
    end as reject_rate,
    cast(coalesce(records.receipt_count, 0) as bigint) as receipt_count,
    terms.maximum_order_quantity,
    terms.quota_ppm,
    suppliers.release_fence_days
from terms
inner join prices
    on terms.supplier_item_id = prices.supplier_item_id
inner join suppliers
    on terms.supplier_id = suppliers.supplier_id
left join records
    on terms.supplier_id = records.supplier_id
    and terms.item_id = records.item_id
left join supplier_records
    on terms.supplier_id = supplier_records.supplier_id
where greatest(terms.valid_from, prices.valid_from)
    <= coalesce(least(terms.valid_to, prices.valid_to), date '9999-12-31')
