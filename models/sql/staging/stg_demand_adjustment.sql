with source as (
    {{ latest_rows(source("raw", "demand_adjustment"), ["demand_adjustment_id"]) }}
),

renamed as (
    select
        -- ids
        demand_adjustment_id,
        item_location_id,
        author_id,
        -- text
        kind,
        reason,
        -- numerics
        adjustment_quantity,
        -- flags
        is_current = 1 as is_current,
        -- dates
        demand_date,
        recorded_at,
        business_date,
        posting_sequence
    from source
)

select * from renamed
