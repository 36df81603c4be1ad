-- Which daily costs did postings change since the marts were last built? One row per changed version of a cost.
with source as (
    select * from {{ source("raw", "cost_daily") }}
),

renamed as (
    select
        -- ids
        item_id,
        valuation_area_id,
        -- dates
        business_date,
        posting_sequence
    from source
    where posting_sequence > {{ built_watermark() }}
)

select * from renamed
