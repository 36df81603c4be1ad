with source as (
    {{ latest_rows(source("raw", "value_entry")) }}
),

renamed as (
    select
        -- ids
        value_entry_id,
        item_id,
        from_location_id,
        to_location_id,
        document_id,
        document_line_id,
        -- text
        entry_kind,
        document_kind,
        -- numerics
        amount,
        -- dates
        business_date,
        posting_sequence
    from source
)

select * from renamed
