with source as (
    {{ latest_rows(source("raw", "goods_receipt"), ["goods_receipt_id"]) }}
),

renamed as (
    select
        -- ids
        goods_receipt_id,
        purchase_order_id,
        warehouse_id,
        -- text
        number,
        -- flags
        is_date_assumed = 1 as is_date_assumed,
        -- dates
        received_date,
        inspected_date,
        posting_sequence
    from source
)

select * from renamed
