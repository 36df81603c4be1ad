-- Which daily balances did postings change since the marts were last built? One row per changed version of a balance.
with source as (
    select * from {{ source("raw", "balance_daily") }}
),

renamed as (
    select
        -- ids
        item_id,
        location_id,
        -- text
        status,
        -- dates
        business_date,
        posting_sequence
    from source
    where posting_sequence > {{ built_watermark() }}
)

select * from renamed
