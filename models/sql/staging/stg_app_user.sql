with source as (
    {{ latest_rows(source("raw", "app_user"), ["user_id"]) }}
),

renamed as (
    select
        -- ids
        user_id,
        -- text
        login,
        name,
        name_zh,
        role,
        language,
        -- flags
        is_active = 1 as is_active,
        posting_sequence
    from source
)

select * from renamed
