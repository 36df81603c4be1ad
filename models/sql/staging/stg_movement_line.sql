with source as (
    {{ latest_rows(source("raw", "movement_line")) }}
),

renamed as (
    select
        -- ids
        movement_line_id,
        movement_id,
        item_id,
        lot_id,
        from_location_id,
        to_location_id,
        document_line_id,
        -- text
        from_status,
        to_status,
        -- numerics
        quantity,
        cost_amount,
        -- dates
        business_date,
        posting_sequence
    from source
)

select * from renamed
