with source as (
    {{ latest_rows(source("raw", "promise_peg")) }}
),

renamed as (
    select
        -- ids
        promise_peg_id,
        sales_order_line_id,
        supply_id,
        -- text
        supply_kind,
        -- numerics
        quantity,
        -- dates
        expected_date,
        promised_date,
        business_date,
        posting_sequence
    from source
)

select * from renamed
