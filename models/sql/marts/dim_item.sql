-- What is this item called, counted in and worth? One row per item.
with items as (
    select * from {{ ref("stg_item") }}
),

categories as (
    select * from {{ ref("stg_item_category") }}
),

units as (
    select * from {{ ref("stg_unit_of_measure") }}
)

select
    items.item_id,
    items.sku,
    items.name as item_name,
    coalesce(nullif(items.name_zh, ''), items.name) as item_name_zh,
    items.item_type,
    items.category_id,
    categories.code as category_code,
    categories.name as category_name,
    coalesce(nullif(categories.name_zh, ''), categories.name) as category_name_zh,
    units.code as base_unit,
    items.is_lot_tracked,
    items.is_measured,
    items.is_active,
    items.quantity_step,
    items.shelf_life_days,
    {{ from_micro("items.standard_cost") }} as standard_unit_cost,
    {{ from_micro("items.list_price") }} as list_unit_price,
    items.standard_cost as standard_cost_micro,
    items.list_price as list_price_micro,
    items.first_sale_date,
    items.last_sale_date
from items
left join categories
    on items.category_id = categories.category_id
left join units
    on items.base_unit_id = units.unit_id
