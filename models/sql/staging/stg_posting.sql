with source as (
    {{ latest_rows(source("raw", "posting")) }}
),

renamed as (
    select
        -- ids
        actor_id,
        -- text
        command_id,
        command_kind,
        source,
        -- dates
        business_date,
        recorded_at,
        posting_sequence
    from source
)

select * from renamed
