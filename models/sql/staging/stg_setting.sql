with source as (
    {{ latest_rows(source("raw", "setting"), ["setting_id"]) }}
),

renamed as (
    select
        -- ids
        setting_id,
        -- text
        name,
        scope,
        value,
        source_note,
        posting_sequence
    from source
)

select * from renamed
