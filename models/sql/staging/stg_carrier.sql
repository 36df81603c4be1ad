with source as (
    {{ latest_rows(source("raw", "carrier"), ["carrier_id"]) }}
),

renamed as (
    select
        -- ids
        carrier_id,
        -- text
        code,
        name,
        name_zh,
        -- flags
        is_active = 1 as is_active,
        posting_sequence
    from source
)

select * from renamed
