with source as (
    {{ latest_rows(source("raw", "supplier_item_price"), ["supplier_item_price_id"]) }}
),

renamed as (
    select
        -- ids
        supplier_item_price_id,
        supplier_item_id,
        -- numerics
        break_quantity,
        unit_price,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
