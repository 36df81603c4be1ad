-- Who can deliver an item today, at which price, and how well did they? One row per item x supplier with valid terms.
with company as (
    select * from {{ ref("int_company") }}
),

valid_terms as (
    select terms.*
    from {{ ref("stg_supplier_item") }} as terms
    cross join company
    where terms.valid_from <= company.data_through
        and coalesce(terms.valid_to, date '9999-12-31') >= company.data_through
    qualify row_number() over (
        partition by terms.supplier_id, terms.item_id
        order by terms.valid_from desc, terms.supplier_item_id desc
    ) = 1
),

prices as (
    select
        prices.supplier_item_id,
        arg_min(prices.unit_price, (prices.break_quantity, -epoch(cast(prices.valid_from as timestamp)))) as unit_price_micro
    from {{ ref("stg_supplier_item_price") }} as prices
    cross join company
    where prices.valid_from <= company.data_through
        and coalesce(prices.valid_to, date '9999-12-31') >= company.data_through
    group by all
),

last_orders as (
    select
        supplier_id,
        item_id,
        arg_max(order_price_micro, (order_date, purchase_order_line_id)) as last_price_micro,
        max(order_date) as last_order_date
    from {{ ref("fct_purchase_line") }}
    where is_counted
    group by all
),

records as (
    select * from {{ ref("int_supplier_item_record") }}
)

select
    {{ item_labels() }},
    {{ supplier_labels() }},
    {{ from_micro("prices.unit_price_micro") }} as unit_price,
    valid_terms.lead_time_days,
    {{ from_micro("valid_terms.minimum_order_quantity") }} as minimum_order_quantity,
    {{ from_micro("valid_terms.order_multiple_quantity") }} as order_multiple_quantity,
    {{ rate("records.on_time_line_count", "records.due_line_count") }} as on_time_rate,
    {{ rate(
        "records.accepted_quantity_micro", "records.accepted_quantity_micro + records.rejected_quantity_micro",
    ) }} as quality_pass_rate,
    {{ from_micro("last_orders.last_price_micro") }} as last_unit_price,
    last_orders.last_order_date,
    valid_terms.is_contract,
    valid_terms.preference
from valid_terms
inner join {{ ref("dim_item") }} as items
    on valid_terms.item_id = items.item_id
inner join {{ ref("dim_supplier") }} as suppliers
    on valid_terms.supplier_id = suppliers.supplier_id
left join prices
    on valid_terms.supplier_item_id = prices.supplier_item_id
left join last_orders
    on valid_terms.supplier_id = last_orders.supplier_id
    and valid_terms.item_id = last_orders.item_id
left join records
    on valid_terms.supplier_id = records.supplier_id
    and valid_terms.item_id = records.item_id
