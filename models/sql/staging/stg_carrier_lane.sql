with source as (
    {{ latest_rows(source("raw", "carrier_lane"), ["carrier_lane_id"]) }}
),

renamed as (
    select
        -- ids
        carrier_lane_id,
        carrier_id,
        warehouse_id,
        -- text
        region,
        -- numerics
        transit_days,
        cost_amount,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
