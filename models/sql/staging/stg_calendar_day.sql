with source as (
    {{ latest_rows(source("raw", "calendar_day"), ["calendar_day_id"]) }}
),

renamed as (
    select
        -- ids
        calendar_day_id,
        -- text
        calendar_code,
        name,
        name_zh,
        -- flags
        is_working = 1 as is_working,
        -- dates
        date,
        posting_sequence
    from source
)

select * from renamed
