with source as (
    {{ latest_rows(source("raw", "goods_receipt_line")) }}
),

renamed as (
    select
        -- ids
        goods_receipt_line_id,
        goods_receipt_id,
        purchase_order_line_id,
        item_id,
        lot_id,
        location_id,
        -- text
        reject_reason,
        -- numerics
        received_quantity,
        accepted_quantity,
        rejected_quantity,
        posting_sequence
    from source
)

select * from renamed
