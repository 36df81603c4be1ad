with source as (
    {{ latest_rows(source("raw", "work_center"), ["work_center_id"]) }}
),

renamed as (
    select
        -- ids
        work_center_id,
        warehouse_id,
        -- text
        code,
        name,
        name_zh,
        posting_sequence
    from source
)

select * from renamed
