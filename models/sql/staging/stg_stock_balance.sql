with source as (
    {{ latest_rows(source("raw", "stock_balance"), ["item_id", "location_id", "lot_id", "status"]) }}
),

renamed as (
    select
        -- ids
        item_id,
        location_id,
        lot_id,
        status,
        -- numerics
        on_hand_quantity,
        allocated_quantity,
        -- flags
        is_physical = 1 as is_physical,
        posting_sequence
    from source
)

select * from renamed
