with source as (
    {{ latest_rows(source("raw", "sales_order_line"), ["sales_order_line_id"]) }}
),

renamed as (
    select
        -- ids
        sales_order_line_id,
        sales_order_id,
        item_id,
        warehouse_id,
        entered_unit_id,
        business_event_id,
        -- text
        cancel_reason,
        currency,
        status,
        source_key,
        -- numerics
        ordered_quantity,
        allocated_quantity,
        shipped_quantity,
        delivered_quantity,
        returned_quantity,
        cancelled_quantity,
        unit_price,
        discount_ppm,
        tax_rate_ppm,
        line_total_micro,
        line_amount,
        entered_quantity,
        -- dates
        cancelled_date,
        order_date,
        requested_date,
        first_promised_date,
        last_promised_date,
        posting_sequence
    from source
)

select * from renamed
