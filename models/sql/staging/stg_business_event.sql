with source as (
    {{ latest_rows(source("raw", "business_event"), ["business_event_id"]) }}
),

renamed as (
    select
        -- ids
        business_event_id,
        item_id,
        category_id,
        author_id,
        -- text
        kind,
        name,
        name_zh,
        -- numerics
        discount_ppm,
        -- flags
        is_withdrawn = 1 as is_withdrawn,
        -- dates
        start_date,
        end_date,
        recorded_at,
        posting_sequence
    from source
)

select * from renamed
