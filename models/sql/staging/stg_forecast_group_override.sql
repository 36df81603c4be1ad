with source as (
    {{ latest_rows(source("raw", "forecast_group_override"), ["forecast_group_override_id"]) }}
),

renamed as (
    select
        -- ids
        forecast_group_override_id,
        item_id,
        category_id,
        warehouse_id,
        author_id,
        -- text
        level,
        frequency,
        reason,
        -- numerics
        override_quantity,
        override_amount,
        change_ppm,
        baseline_amount,
        -- dates
        period_start,
        until_date,
        recorded_at,
        business_date,
        posting_sequence
    from source
)

select * from renamed
