with source as (
    {{ latest_rows(source("raw", "warehouse"), ["warehouse_id"]) }}
),

renamed as (
    select
        -- ids
        warehouse_id,
        valuation_area_id,
        -- text
        code,
        name,
        name_zh,
        region,
        -- flags
        is_active = 1 as is_active,
        posting_sequence
    from source
)

select * from renamed
