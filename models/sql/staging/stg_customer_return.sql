with source as (
    {{ latest_rows(source("raw", "customer_return"), ["customer_return_id"]) }}
),

renamed as (
    select
        -- ids
        customer_return_id,
        customer_id,
        -- text
        number,
        -- dates
        return_date,
        posting_sequence
    from source
)

select * from renamed
