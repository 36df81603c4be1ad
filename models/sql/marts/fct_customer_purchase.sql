-- What did each customer order, take back and send back, day by day? One row per customer, item, day and kind.
-- 'purchase': ordered, dated by the order, whatever became of it. 'cancellation': what the customer no longer wanted (a line cut for
-- want of stock stays a purchase: it was asked for), dated by the cancellation, below zero. 'return': dated by the return, below zero.
with lines as (
    select
        *,
        -- Company currency per unit, times a million: exact enough for a list, never for the books.
        line_value_micro / ordered_quantity_micro as value_per_unit
    from {{ ref("fct_sales_line") }}
),

events as (
    select
        customer_id,
        item_id,
        order_date as purchase_date,
        'purchase' as kind,
        ordered_quantity_micro as quantity_micro,
        line_value_micro as value_micro
    from lines
    union all by name
    select
        customer_id,
        item_id,
        greatest(cancelled_date, order_date) as purchase_date,
        'cancellation' as kind,
        -cancelled_quantity_micro as quantity_micro,
        -cast(round(cancelled_quantity_micro * value_per_unit) as bigint) as value_micro
    from lines
    where cancelled_quantity_micro > 0
        and coalesce(cancel_reason, 'other') <> 'no_stock'
        and cancelled_date is not null
    union all by name
    select
        returns.customer_id,
        return_lines.item_id,
        returns.return_date as purchase_date,
        'return' as kind,
        -return_lines.quantity as quantity_micro,
        -cast(round(return_lines.quantity * coalesce(lines.value_per_unit, 0)) as bigint) as value_micro
    from {{ ref("stg_customer_return_line") }} as return_lines
    inner join {{ ref("stg_customer_return") }} as returns
        on return_lines.customer_return_id = returns.customer_return_id
    left join lines
        on return_lines.sales_order_line_id = lines.sales_order_line_id
)

select
    customer_id,
    item_id,
    purchase_date,
    kind,
    cast(sum(quantity_micro) as bigint) as quantity_micro,
    cast(sum(value_micro) as bigint) as value_micro,
    cast(count(*) as bigint) as line_count
from events
group by all
