with source as (
    {{ latest_rows(source("raw", "routing_operation"), ["routing_operation_id"]) }}
),

renamed as (
    select
        -- ids
        routing_operation_id,
        item_id,
        work_center_id,
        -- text
        name,
        -- numerics
        operation_sequence,
        setup_minutes,
        run_seconds_per_unit,
        queue_days,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
