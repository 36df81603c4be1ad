with source as (
    {{ latest_rows(source("raw", "supplier_item"), ["supplier_item_id"]) }}
),

renamed as (
    select
        -- ids
        supplier_item_id,
        supplier_id,
        item_id,
        purchase_unit_id,
        -- text
        supplier_sku,
        currency,
        -- numerics
        base_numerator,
        base_denominator,
        lead_time_days,
        minimum_order_quantity,
        maximum_order_quantity,
        order_multiple_quantity,
        preference,
        quota_ppm,
        -- flags
        is_pack_known = 1 as is_pack_known,
        is_contract = 1 as is_contract,
        -- dates
        valid_from,
        valid_to,
        posting_sequence
    from source
)

select * from renamed
