with source as (
    {{ latest_rows(source("raw", "item_version")) }}
),

renamed as (
    select
        -- ids
        item_version_id,
        item_id,
        category_id,
        actor_id,
        -- text
        name,
        name_zh,
        item_type,
        -- numerics
        standard_cost,
        list_price,
        tax_rate_ppm,
        shelf_life_days,
        -- flags
        is_active = 1 as is_active,
        -- dates
        business_date,
        recorded_at,
        posting_sequence
    from source
)

select * from renamed
