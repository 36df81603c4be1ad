with source as (
    {{ latest_rows(source("raw", "quote"), ["quote_id"]) }}
),

renamed as (
    select
        -- ids
        quote_id,
        supplier_id,
        item_id,
        request_id,
        purchase_order_line_id,
        -- text
        currency,
        -- numerics
        quantity,
        unit_price,
        lead_time_days,
        -- flags
        is_chosen = 1 as is_chosen,
        -- dates
        quote_date,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
