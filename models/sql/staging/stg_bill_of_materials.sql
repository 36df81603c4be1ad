with source as (
    {{ latest_rows(source("raw", "bill_of_materials"), ["bom_id"]) }}
),

renamed as (
    select
        -- ids
        bom_id,
        item_id,
        -- text
        note,
        -- numerics
        output_quantity,
        priority,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
