with source as (
    {{ latest_rows(source("raw", "purchase_order"), ["purchase_order_id"]) }}
),

renamed as (
    select
        -- ids
        purchase_order_id,
        supplier_id,
        buyer_id,
        -- text
        number,
        status,
        currency,
        ship_method,
        source_key,
        -- numerics
        exchange_rate_ppm,
        freight_amount,
        -- dates
        order_date,
        posting_sequence
    from source
)

select * from renamed
