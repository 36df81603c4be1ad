with source as (
    {{ latest_rows(source("raw", "demand_reference"), ["demand_reference_id"]) }}
),

renamed as (
    select
        -- ids
        demand_reference_id,
        item_location_id,
        reference_item_location_id,
        author_id,
        -- text
        reason,
        -- numerics
        factor_ppm,
        -- flags
        is_current = 1 as is_current,
        -- dates
        until_date,
        recorded_at,
        business_date,
        posting_sequence
    from source
)

select * from renamed
