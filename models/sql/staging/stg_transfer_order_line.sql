with source as (
    {{ latest_rows(source("raw", "transfer_order_line"), ["transfer_order_line_id"]) }}
),

renamed as (
    select
        -- ids
        transfer_order_line_id,
        transfer_order_id,
        item_id,
        -- numerics
        ordered_quantity,
        shipped_quantity,
        received_quantity,
        cancelled_quantity,
        -- dates
        shipped_date,
        received_date,
        posting_sequence
    from source
)

select * from renamed
