with source as (
    {{ latest_rows(source("raw", "shipment"), ["shipment_id"]) }}
),

renamed as (
    select
        -- ids
        shipment_id,
        customer_id,
        warehouse_id,
        carrier_id,
        -- text
        number,
        region,
        signed_by,
        tracking_number,
        status,
        source_key,
        -- numerics
        freight_amount,
        -- dates
        shipped_date,
        expected_delivery_date,
        carrier_delivered_date,
        signed_date,
        posting_sequence
    from source
)

select * from renamed
