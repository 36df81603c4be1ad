-- How does each supplier perform, and may they still deliver? One row per supplier.
-- On time: purchase lines received in full by the date first confirmed / lines due, those not received included. Quality: accepted /
-- judged quantity, by value so that pieces and kilograms add up.
with company as (
    select * from {{ ref("int_company") }}
),

lines as (
    select
        supplier_id,
        count(*) filter (where is_due) as on_time_denominator,
        count(*) filter (where is_due and is_on_time) as on_time_numerator,
        sum(spend_micro) filter (where order_date > data_through - 365) as spend_micro,
        sum(planned_cost_micro - actual_cost_micro) filter (where has_reference and order_date > data_through - 365) as savings_micro,
        max(order_date) as last_order_date,
        sum({{ extended_micro("accepted_quantity_micro", "order_price_micro") }}) as accepted_value_micro,
        sum({{ extended_micro("accepted_quantity_micro + rejected_quantity_micro", "order_price_micro") }}) as judged_value_micro
    from {{ ref("fct_purchase_line") }}
    cross join company
    where is_counted
    group by all
),

receipts as (
    select
        supplier_id,
        avg(lead_time_days) as mean_lead_time_days,
        {{ exact_stddev_samp("lead_time_days") }} as lead_time_sigma_days
    from {{ ref("fct_supplier_receipt") }}
    where received_quantity_micro > 0
        and not is_date_assumed
    group by all
)

select
    {{ supplier_labels() }},
    suppliers.status,
    {{ rate("lines.on_time_numerator", "lines.on_time_denominator") }} as on_time_rate,
    cast(coalesce(lines.on_time_numerator, 0) as bigint) as on_time_numerator,
    cast(coalesce(lines.on_time_denominator, 0) as bigint) as on_time_denominator,
    {{ rate("lines.accepted_value_micro", "lines.judged_value_micro") }} as quality_pass_rate,
    {{ from_micro("coalesce(lines.accepted_value_micro, 0)") }} as quality_numerator,
    {{ from_micro("coalesce(lines.judged_value_micro, 0)") }} as quality_denominator,
    cast(receipts.mean_lead_time_days as double) as mean_lead_time_days,
    cast(receipts.lead_time_sigma_days as double) as lead_time_sigma_days,
    {{ from_micro("coalesce(lines.spend_micro, 0)") }} as spend_12m,
    {{ from_micro("coalesce(lines.savings_micro, 0)") }} as savings_12m,
    suppliers.qualified_until as next_qualification_expiry_date,
    cast(suppliers.qualified_until - company.data_through as bigint) as qualification_days_left,
    coalesce(suppliers.qualified_until - company.data_through <= company.qualification_warning_days, false) as is_qualification_expiring,
    lines.last_order_date,
    -- Nothing bought for a year: clean up, or ask why.
    coalesce(lines.last_order_date < company.data_through - 365, true) as is_stale
from {{ ref("dim_supplier") }} as suppliers
left join lines
    on suppliers.supplier_id = lines.supplier_id
left join receipts
    on suppliers.supplier_id = receipts.supplier_id
cross join company
