with source as (
    {{ latest_rows(source("raw", "stocktake_line"), ["stocktake_line_id"]) }}
),

renamed as (
    select
        -- ids
        stocktake_line_id,
        stocktake_id,
        item_id,
        location_id,
        lot_id,
        counter_id,
        -- text
        status,
        cause_code,
        -- numerics
        book_quantity,
        counted_quantity,
        -- flags
        is_recount = 1 as is_recount,
        posting_sequence
    from source
)

select * from renamed
