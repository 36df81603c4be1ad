with source as (
    {{ latest_rows(source("raw", "purchase_order_line"), ["purchase_order_line_id"]) }}
),

renamed as (
    select
        -- ids
        purchase_order_line_id,
        purchase_order_id,
        item_id,
        warehouse_id,
        entered_unit_id,
        -- text
        currency,
        reference_source,
        strategy,
        origin_planned_order_id,
        status,
        cancel_reason,
        source_key,
        -- numerics
        ordered_quantity,
        received_quantity,
        accepted_quantity,
        rejected_quantity,
        cancelled_quantity,
        unit_price,
        tax_rate_ppm,
        line_total_micro,
        line_amount,
        entered_quantity,
        required_quantity,
        reference_unit_price,
        -- dates
        required_date,
        requested_date,
        first_promised_date,
        last_promised_date,
        requirement_date,
        order_by_date,
        posting_sequence
    from source
)

select * from renamed
