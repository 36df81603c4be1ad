with source as (
    {{ latest_rows(source("raw", "transfer_order"), ["transfer_order_id"]) }}
),

renamed as (
    select
        -- ids
        transfer_order_id,
        from_warehouse_id,
        to_warehouse_id,
        -- text
        number,
        status,
        origin_planned_order_id,
        -- dates
        order_date,
        due_date,
        posting_sequence
    from source
)

select * from renamed
