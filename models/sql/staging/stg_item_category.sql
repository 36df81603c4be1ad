with source as (
    {{ latest_rows(source("raw", "item_category"), ["category_id"]) }}
),

renamed as (
    select
        -- ids
        category_id,
        parent_category_id,
        -- text
        code,
        name,
        name_zh,
        posting_sequence
    from source
)

select * from renamed
