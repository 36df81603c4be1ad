with source as (
    {{ latest_rows(source("raw", "supplier_invoice_line")) }}
),

renamed as (
    select
        -- ids
        supplier_invoice_line_id,
        purchase_order_line_id,
        -- text
        invoice_number,
        currency,
        -- numerics
        quantity,
        unit_price,
        landed_cost_amount,
        line_amount,
        exchange_rate_ppm,
        -- dates
        invoice_date,
        posting_sequence
    from source
)

select * from renamed
