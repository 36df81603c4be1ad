with source as (
    {{ latest_rows(source("raw", "return_reason"), ["return_reason_id"]) }}
),

renamed as (
    select
        -- ids
        return_reason_id,
        -- text
        code,
        name,
        name_zh,
        posting_sequence
    from source
)

select * from renamed
