with source as (
    {{ latest_rows(source("raw", "sales_expectation"), ["sales_expectation_id"]) }}
),

renamed as (
    select
        -- ids
        sales_expectation_id,
        customer_id,
        category_id,
        item_id,
        warehouse_id,
        author_id,
        -- text
        kind,
        reason,
        -- numerics
        quantity,
        amount,
        change_ppm,
        probability_ppm,
        -- flags
        is_withdrawn = 1 as is_withdrawn,
        -- dates
        first_period,
        last_period,
        until_date,
        recorded_at,
        business_date,
        posting_sequence
    from source
)

select * from renamed
