with source as (
    {{ latest_rows(source("raw", "work_order"), ["work_order_id"]) }}
),

renamed as (
    select
        -- ids
        work_order_id,
        item_id,
        warehouse_id,
        bom_id,
        scrap_reason_id,
        lot_id,
        -- text
        number,
        status,
        origin_planned_order_id,
        source_key,
        -- numerics
        ordered_quantity,
        completed_quantity,
        scrapped_quantity,
        wip_amount,
        -- flags
        is_rush = 1 as is_rush,
        -- dates
        order_date,
        planned_start_date,
        due_date,
        released_date,
        actual_start_date,
        actual_end_date,
        posting_sequence
    from source
)

select * from renamed
