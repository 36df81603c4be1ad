with source as (
    {{ latest_rows(source("raw", "stocktake"), ["stocktake_id"]) }}
),

renamed as (
    select
        -- ids
        stocktake_id,
        warehouse_id,
        -- text
        number,
        kind,
        status,
        -- dates
        count_date,
        posted_date,
        posting_sequence
    from source
)

select * from renamed
