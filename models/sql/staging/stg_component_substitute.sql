with source as (
    {{ latest_rows(source("raw", "component_substitute"), ["component_substitute_id"]) }}
),

renamed as (
    select
        -- ids
        component_substitute_id,
        parent_item_id,
        component_item_id,
        substitute_item_id,
        -- numerics
        component_quantity,
        substitute_quantity,
        priority,
        -- flags
        is_use_up = 1 as is_use_up,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
