with source as (
    {{ latest_rows(source("raw", "movement")) }}
),

renamed as (
    select
        -- ids
        movement_id,
        document_id,
        actor_id,
        reversal_of_movement_id,
        -- text
        movement_type,
        document_kind,
        reason_code,
        -- dates
        business_date,
        recorded_at,
        posting_sequence
    from source
)

select * from renamed
