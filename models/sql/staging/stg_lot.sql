with source as (
    {{ latest_rows(source("raw", "lot"), ["lot_id"]) }}
),

renamed as (
    select
        -- ids
        lot_id,
        item_id,
        supplier_id,
        origin_id,
        -- text
        code,
        supplier_lot_code,
        origin_kind,
        -- dates
        received_date,
        expiry_date,
        posting_sequence
    from source
)

select * from renamed
