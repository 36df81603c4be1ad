with source as (
    {{ latest_rows(source("raw", "location"), ["location_id"]) }}
),

renamed as (
    select
        -- ids
        location_id,
        warehouse_id,
        -- text
        code,
        kind,
        zone,
        -- numerics
        aisle,
        position,
        -- flags
        is_pickable = 1 as is_pickable,
        is_physical = 1 as is_physical,
        posting_sequence
    from source
)

select * from renamed
