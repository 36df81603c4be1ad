-- What should be bought, made or moved, and why? One row per planned order.
with suggestions as (
    select * from {{ source("plan", "planned_orders") }}
),

terms as (
    select
        supplier_id,
        item_id,
        min(lead_time_days) as lead_time_days,
        max(minimum_order_quantity) as minimum_order_quantity,
        max(order_multiple_quantity) as order_multiple_quantity
    from {{ ref("plan_input_supplier_terms") }}
    cross join {{ ref("int_company") }}
    where coalesce(valid_to, date '9999-12-31') >= data_through
    group by all
),

places as (
    select * from {{ ref("stg_item_location") }}
),

-- What stands in for a component that runs short (or is to be used up), as a JSON list.
substitutes as (
    select
        needs.planned_order_id,
        to_json(list({
            'sku': used.sku,
            'quantity': cast({{ from_micro("needs.quantity") }} as double),
            'instead_of': replaced.sku,
            'reason': needs.substitution_reason
        } order by replaced.sku, used.sku, needs.substitution_reason)) as substitutes
    from {{ source("plan", "dependent_demands") }} as needs
    inner join places as used_places
        on needs.item_location_id = used_places.item_location_id
    inner join {{ ref("dim_item") }} as used
        on used_places.item_id = used.item_id
    inner join places as replaced_places
        on needs.substituted_item_location_id = replaced_places.item_location_id
    inner join {{ ref("dim_item") }} as replaced
        on replaced_places.item_id = replaced.item_id
    group by all
)

select
    suggestions.planned_order_id,
    suggestions.kind,
    suggestions.item_location_id,
    {{ item_labels() }},
    {{ category_labels() }},
    {{ warehouse_labels() }},
    suggestions.supplier_id,
    suppliers.supplier_code,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    places.source_warehouse_id,
    sources.warehouse_code as source_warehouse_code,
    {{ from_micro("suggestions.quantity") }} as quantity,
    suggestions.release_date,
    suggestions.receipt_date,
    suggestions.need_date,
    suggestions.late_days,
    {{ from_micro("suggestions.unit_price") }} as unit_price,
    {{ from_micro("suggestions.cost_amount_micro") }} as cost,
    {{ from_micro("suggestions.value_at_stake_micro") }} as value_at_stake,
    suggestions.reason,
    {%- for name in [
        "gross_requirement", "on_hand", "scheduled_receipts", "safety_stock", "net_requirement", "lot_rounding",
    ] %}
    {{ from_micro("suggestions." ~ name ~ "_quantity") }} as {{ name }}_quantity,
    {%- endfor %}
    suggestions.stockout_date,
    suggestions.late_order_count,
    suggestions.served_order_count,
    -- The planner names weeks ("2026-W51"); people and commands use the Monday.
    coalesce(
        try_cast(suggestions.need_period as date),
        cast(try_strptime(suggestions.need_period || '-1', '%G-W%V-%u') as date)
    ) as need_period,
    suggestions.ordinal,
    suggestions.level,
    cast(coalesce(terms.lead_time_days, places.lead_time_days) as bigint) as lead_time_days,
    {{ from_micro("coalesce(terms.minimum_order_quantity, places.minimum_order_quantity)") }} as minimum_order_quantity,
    {{ from_micro("coalesce(terms.order_multiple_quantity, places.order_multiple_quantity)") }} as order_multiple_quantity,
    cast(coalesce(substitutes.substitutes, '[]') as varchar) as substitutes
from suggestions
inner join {{ ref("dim_item") }} as items
    on suggestions.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on suggestions.warehouse_id = warehouses.warehouse_id
inner join places
    on suggestions.item_location_id = places.item_location_id
left join {{ ref("dim_supplier") }} as suppliers
    on suggestions.supplier_id = suppliers.supplier_id
left join {{ ref("dim_warehouse") }} as sources
    on places.source_warehouse_id = sources.warehouse_id
    and suggestions.kind = 'transfer'
left join terms
    on suggestions.supplier_id = terms.supplier_id
    and suggestions.item_id = terms.item_id
left join substitutes
    on suggestions.planned_order_id = substitutes.planned_order_id
