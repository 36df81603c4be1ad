with source as (
    {{ latest_rows(source("raw", "customer_return_line")) }}
),

renamed as (
    select
        -- ids
        customer_return_line_id,
        customer_return_id,
        sales_order_line_id,
        item_id,
        lot_id,
        location_id,
        return_reason_id,
        -- text
        disposition,
        note,
        -- numerics
        quantity,
        refund_amount,
        posting_sequence
    from source
)

select * from renamed
