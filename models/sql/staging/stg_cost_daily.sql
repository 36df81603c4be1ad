with source as (
    {{ latest_rows(source("raw", "cost_daily"), ["item_id", "valuation_area_id", "business_date"]) }}
),

renamed as (
    select
        -- ids
        item_id,
        valuation_area_id,
        business_date,
        -- numerics
        quantity_delta,
        value_delta,
        posting_sequence
    from source
)

select * from renamed
