with source as (
    {{ latest_rows(source("raw", "bom_line"), ["bom_line_id"]) }}
),

renamed as (
    select
        -- ids
        bom_line_id,
        bom_id,
        component_item_id,
        -- numerics
        component_quantity,
        scrap_ppm,
        -- flags
        is_fixed = 1 as is_fixed,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
