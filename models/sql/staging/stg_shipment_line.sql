with source as (
    {{ latest_rows(source("raw", "shipment_line")) }}
),

renamed as (
    select
        -- ids
        shipment_line_id,
        shipment_id,
        sales_order_line_id,
        item_id,
        lot_id,
        location_id,
        -- numerics
        quantity,
        -- dates
        picked_date,
        posting_sequence
    from source
)

select * from renamed
