with source as (
    {{ latest_rows(source("raw", "forecast_override"), ["forecast_override_id"]) }}
),

renamed as (
    select
        -- ids
        forecast_override_id,
        item_location_id,
        author_id,
        -- text
        frequency,
        reason,
        -- numerics
        override_quantity,
        baseline_quantity,
        -- dates
        period_start,
        until_date,
        recorded_at,
        business_date,
        posting_sequence
    from source
)

select * from renamed
