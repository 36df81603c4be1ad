-- Whom should sales call first, and why? One row per customer and item of the newest list; both still active.
with lists as (
    select
        *,
        max(as_of) over () as newest
    from {{ source("forecast", "repurchase") }}
),

customer_lists as (
    select * from {{ source("forecast", "repurchase_customers") }}
),

open_lines as (
    select
        customer_id,
        item_id,
        sum(open_quantity_micro) as open_quantity_micro,
        min(order_number) as open_order_number,
        min(last_date) as open_order_date
    from {{ ref("fct_sales_line") }}
    where open_quantity_micro > 0
        and status in ('open', 'shipped')
    group by all
),

listed as (
    select
        lists.*,
        open_lines.open_quantity_micro,
        open_lines.open_order_number,
        open_lines.open_order_date
    from lists
    left join open_lines
        on lists.customer_id = open_lines.customer_id
        and lists.item_id = open_lines.item_id
    where lists.as_of = lists.newest
)

select
    {{ customer_labels() }},
    customers.customer_class,
    customers.region,
    {{ item_labels() }},
    {{ category_labels() }},
    listed.as_of,
    cast(row_number() over (order by listed.rank) as bigint) as rank,
    listed.purchase_count,
    listed.last_purchase_date,
    listed.days_since,
    listed.usual_interval_days,
    listed.expected_date,
    listed.expected_date_p25,
    listed.expected_date_p75,
    listed.probability_7,
    listed.probability_14,
    listed.probability_30,
    listed.probability_60,
    listed.probability_90,
    customer_lists.probability_30 as customer_probability_30,
    listed.expected_quantity,
    listed.expected_quantity_p10,
    listed.expected_quantity_p90,
    listed.expected_amount,
    listed.lapsed_probability,
    listed.is_overdue,
    listed.rank_score,
    listed.amount_at_risk,
    listed.reason_key,
    listed.reason_values,
    listed.model,
    -- What he has ordered already and not yet got: the call is about the purchase after it.
    {{ from_micro("coalesce(listed.open_quantity_micro, 0)") }} as open_order_quantity,
    listed.open_order_number,
    listed.open_order_date,
    coalesce(listed.open_quantity_micro, 0) > 0 as has_open_order
from listed
inner join {{ ref("dim_customer") }} as customers
    on listed.customer_id = customers.customer_id
inner join {{ ref("dim_item") }} as items
    on listed.item_id = items.item_id
left join customer_lists
    on listed.customer_id = customer_lists.customer_id
    and listed.as_of = customer_lists.as_of
where customers.is_active
    and items.is_active
