with source as (
    {{ latest_rows(source("raw", "supplier"), ["supplier_id"]) }}
),

renamed as (
    select
        -- ids
        supplier_id,
        -- text
        code,
        name,
        name_zh,
        status,
        city,
        currency,
        contact,
        -- numerics
        credit_rating,
        release_fence_days,
        -- flags
        is_preferred = 1 as is_preferred,
        posting_sequence
    from source
)

select * from renamed
