-- Which data would mislead whoever relies on it? One row per finding and subject.
with company as (
    select * from {{ ref("int_company") }}
),

items as (
    select * from {{ ref("dim_item") }}
),

duplicate_items as (
    select
        'duplicate_item' as finding,
        'item' as subject_kind,
        min(sku) as subject_key,
        string_agg(sku, ', ' order by sku) as detail,
        cast(count(*) as decimal(38, 6)) as value
    from items
    where is_active
        and trim(item_name) <> ''
    -- The same name written with other spaces, case or punctuation.
    group by regexp_replace(lower(item_name), '[^\p{L}\p{N}]+', '', 'g')
    having count(*) > 1
        and regexp_replace(lower(item_name), '[^\p{L}\p{N}]+', '', 'g') <> ''
),

stale_suppliers as (
    select
        'stale_supplier' as finding,
        'supplier' as subject_kind,
        supplier_code as subject_key,
        coalesce(cast(last_order_date as varchar), '') as detail,
        cast(data_through - last_order_date as decimal(38, 6)) as value
    from {{ ref("rpt_suppliers") }}
    cross join company
    where is_stale
        and status = 'active'
),

missing_costs as (
    select
        'missing_cost' as finding,
        'item' as subject_kind,
        items.sku as subject_key,
        items.item_name as detail,
        cast(null as decimal(38, 6)) as value
    from items
    left join {{ ref("int_unit_cost") }} as unit_costs
        on items.item_id = unit_costs.item_id
    where items.is_active
        and items.item_type not in ('service', 'phantom')
    group by items.sku, items.item_name
    having coalesce(max(unit_costs.unit_cost_micro), 0) = 0
),

missing_lead_times as (
    select
        'missing_lead_time' as finding,
        'item' as subject_kind,
        items.sku as subject_key,
        places.procurement as detail,
        cast(null as decimal(38, 6)) as value
    from {{ ref("stg_item_location") }} as places
    inner join items
        on places.item_id = items.item_id
    where places.procurement in ('buy', 'make', 'transfer')
        and places.lead_time_days is null
        and items.is_active
        and items.item_id not in (select item_id from {{ ref("plan_input_supplier_terms") }})
    group by all
),

unknown_packs as (
    select
        'unknown_pack' as finding,
        'item' as subject_kind,
        items.sku as subject_key,
        suppliers.supplier_code as detail,
        cast(null as decimal(38, 6)) as value
    from {{ ref("stg_supplier_item") }} as terms
    inner join items
        on terms.item_id = items.item_id
    inner join {{ ref("dim_supplier") }} as suppliers
        on terms.supplier_id = suppliers.supplier_id
    where not terms.is_pack_known
    group by all
),

assumed_dates as (
    select
        'assumed_receipt_date' as finding,
        'goods_receipt' as subject_kind,
        '' as subject_key,
        cast(count(*) as varchar) as detail,
        cast(count(*) as decimal(38, 6)) as value
    from {{ ref("stg_goods_receipt") }}
    where is_date_assumed
    having count(*) > 0
),

missing_promises as (
    select
        'missing_promise' as finding,
        'sales_order' as subject_kind,
        order_number as subject_key,
        cast(count(*) as varchar) as detail,
        cast(count(*) as decimal(38, 6)) as value
    from {{ ref("fct_sales_line") }}
    where is_promise_missing
        and open_quantity_micro > 0
    group by all
),

closings as (
    select item_id, sum(quantity_micro) as quantity_micro
    from {{ ref("fct_stock_daily") }}
    cross join company
    where valid_to >= data_through
        and stock_class <> 'wip'
    group by all
),

bins as (
    select balances.item_id, sum(balances.on_hand_quantity) as quantity_micro
    from {{ ref("stg_stock_balance") }} as balances
    inner join {{ ref("stg_location") }} as locations
        on balances.location_id = locations.location_id
    where locations.kind in ('bin', 'in_transit')
    group by all
),

differing_closings as (
    select
        'close_differs_from_bin' as finding,
        'item' as subject_kind,
        items.sku as subject_key,
        items.item_name as detail,
        {{ from_micro("coalesce(closings.quantity_micro, 0) - coalesce(bins.quantity_micro, 0)") }} as value
    from items
    left join closings
        on items.item_id = closings.item_id
    left join bins
        on items.item_id = bins.item_id
    where coalesce(closings.quantity_micro, 0) <> coalesce(bins.quantity_micro, 0)
)

{%- for name in [
    "duplicate_items", "stale_suppliers", "missing_costs", "missing_lead_times", "unknown_packs", "assumed_dates", "missing_promises",
    "differing_closings",
] %}
{% if not loop.first %}union all{% endif %}
select finding, subject_kind, subject_key, detail, value from {{ name }}
{%- endfor %}
