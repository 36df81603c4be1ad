with source as (
    {{ latest_rows(source("raw", "work_order_operation"), ["work_order_operation_id"]) }}
),

renamed as (
    select
        -- ids
        work_order_operation_id,
        work_order_id,
        work_center_id,
        -- numerics
        operation_sequence,
        actual_minutes,
        planned_cost,
        actual_cost,
        -- dates
        scheduled_start_date,
        scheduled_end_date,
        actual_start_date,
        actual_end_date,
        posting_sequence
    from source
)

select * from renamed
