with source as (
    {{ latest_rows(source("raw", "item"), ["item_id"]) }}
),

renamed as (
    select
        -- ids
        item_id,
        category_id,
        base_unit_id,
        -- text
        sku,
        sku_normalised,
        name,
        name_zh,
        item_type,
        -- numerics
        standard_cost,
        list_price,
        tax_rate_ppm,
        shelf_life_days,
        quantity_step,
        -- flags
        is_active = 1 as is_active,
        is_lot_tracked = 1 as is_lot_tracked,
        is_measured = 1 as is_measured,
        -- dates
        first_sale_date,
        last_sale_date,
        posting_sequence
    from source
)

select * from renamed
