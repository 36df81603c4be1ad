with source as (
    {{ latest_rows(source("raw", "unit_of_measure"), ["unit_id"]) }}
),

renamed as (
    select
        -- ids
        unit_id,
        -- text
        code,
        name,
        name_zh,
        dimension,
        posting_sequence
    from source
)

select * from renamed
