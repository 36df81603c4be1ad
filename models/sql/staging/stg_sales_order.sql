with source as (
    {{ latest_rows(source("raw", "sales_order"), ["sales_order_id"]) }}
),

renamed as (
    select
        -- ids
        sales_order_id,
        customer_id,
        salesperson_id,
        -- text
        number,
        status,
        currency,
        customer_reference,
        source_key,
        -- numerics
        exchange_rate_ppm,
        -- flags
        is_rush = 1 as is_rush,
        -- dates
        order_date,
        posting_sequence
    from source
)

select * from renamed
