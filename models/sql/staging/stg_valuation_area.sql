with source as (
    {{ latest_rows(source("raw", "valuation_area"), ["valuation_area_id"]) }}
),

renamed as (
    select
        -- ids
        valuation_area_id,
        -- text
        code,
        name,
        posting_sequence
    from source
)

select * from renamed
