with source as (
    {{ latest_rows(source("raw", "supplier_qualification"), ["supplier_qualification_id"]) }}
),

renamed as (
    select
        -- ids
        supplier_qualification_id,
        supplier_id,
        -- text
        kind,
        certificate_number,
        -- flags
        is_mandatory = 1 as is_mandatory,
        -- dates
        valid_from,
        qualification_expiry_date,
        posting_sequence
    from source
)

select * from renamed
