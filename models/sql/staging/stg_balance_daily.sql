with source as (
    {{ latest_rows(source("raw", "balance_daily"), ["item_id", "location_id", "lot_id", "status", "business_date"]) }}
),

renamed as (
    select
        -- ids
        item_id,
        location_id,
        lot_id,
        status,
        business_date,
        -- numerics
        quantity_delta,
        posting_sequence
    from source
)

select * from renamed
