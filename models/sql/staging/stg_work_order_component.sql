with source as (
    {{ latest_rows(source("raw", "work_order_component"), ["work_order_component_id"]) }}
),

renamed as (
    select
        -- ids
        work_order_component_id,
        work_order_id,
        item_id,
        -- numerics
        required_quantity,
        issued_quantity,
        -- dates
        required_date,
        issued_date,
        available_date,
        posting_sequence
    from source
)

select * from renamed
