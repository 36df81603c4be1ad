with source as (
    {{ latest_rows(source("raw", "document_event")) }}
),

renamed as (
    select
        -- ids
        event_id,
        document_id,
        line_id,
        actor_id,
        -- text
        document_kind,
        event_kind,
        command_id,
        old_value,
        new_value,
        -- numerics
        quantity,
        -- dates
        business_date,
        recorded_at,
        posting_sequence
    from source
)

select * from renamed
