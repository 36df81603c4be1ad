-- What did the customer ask for, what was promised, and did it arrive whole and in time? One row per sales order line.
-- Each of three dates is judged alike (first promise, last promise, requested): due once the day has come; on time when the whole
-- quantity not cancelled by then was delivered by then; a cancellation after the day counts as late, one before takes the line out.
with lines as (
    select * from {{ ref("stg_sales_order_line") }}
),

orders as (
    select * from {{ ref("stg_sales_order") }}
),

company as (
    select * from {{ ref("int_company") }}
),

deliveries as (
    select
        sales_order_line_id,
        delivered_date,
        delivery_basis,
        quantity_micro,
        sum(quantity_micro) over (
            partition by sales_order_line_id
            order by delivered_date, shipment_line_id
        ) as delivered_so_far_micro
    from {{ ref("fct_delivery") }}
    where delivered_date is not null
),

delivery_dates as (
    select
        lines.sales_order_line_id,
        min(deliveries.delivered_date) filter (
            where deliveries.delivered_so_far_micro >= lines.ordered_quantity - lines.cancelled_quantity
        ) as uncancelled_delivered_date,
        min(deliveries.delivered_date) filter (
            where deliveries.delivered_so_far_micro >= lines.ordered_quantity
        ) as all_delivered_date,
        max(deliveries.delivered_date) as last_delivered_date,
        cast(sum(deliveries.quantity_micro) as bigint) as delivered_quantity_micro,
        cast(sum(deliveries.quantity_micro) filter (
            where deliveries.delivered_date <= coalesce(lines.first_promised_date, lines.requested_date)
        ) as bigint) as delivered_by_first_promise_micro,
        bool_or(deliveries.delivery_basis = 'assumed') as is_delivery_assumed
    from lines
    inner join deliveries
        on lines.sales_order_line_id = deliveries.sales_order_line_id
    group by all
),

dated as (
    select
        lines.*,
        orders.number as order_number,
        orders.customer_id,
        orders.salesperson_id,
        orders.is_rush,
        orders.exchange_rate_ppm,
        coalesce(lines.first_promised_date, lines.requested_date) as first_date,
        coalesce(lines.last_promised_date, lines.first_promised_date, lines.requested_date) as last_date,
        lines.first_promised_date is null as is_promise_missing,
        delivery_dates.uncancelled_delivered_date,
        delivery_dates.all_delivered_date,
        delivery_dates.last_delivered_date,
        coalesce(delivery_dates.delivered_quantity_micro, 0) as delivered_quantity_micro,
        coalesce(delivery_dates.delivered_by_first_promise_micro, 0) as delivered_by_first_promise_micro,
        coalesce(delivery_dates.is_delivery_assumed, false) as is_delivery_assumed,
        company.data_through
    from lines
    inner join orders
        on lines.sales_order_id = orders.sales_order_id
    left join delivery_dates
        on lines.sales_order_line_id = delivery_dates.sales_order_line_id
    cross join company
),

judged as (
    select
        *,
        {%- for measure, day in [("first", "first_date"), ("last", "last_date"), ("requested", "requested_date")] %}
        case
            when cancelled_quantity > 0 and cancelled_date > {{ day }} then ordered_quantity
            else ordered_quantity - cancelled_quantity
        end as {{ measure }}_due_quantity,
        case
            when cancelled_quantity > 0 and cancelled_date > {{ day }} then all_delivered_date
            else uncancelled_delivered_date
        end as {{ measure }}_whole_date,
        {%- endfor %}
        cancelled_quantity > 0
        and cancelled_date > first_date as is_cancelled_after_promise
    from dated
),

outcomes as (
    select
        *,
        {%- for measure, day in [("first", "first_date"), ("last", "last_date"), ("requested", "requested_date")] %}
        {{ measure }}_due_quantity > 0 as is_{{ measure }}_counted,
        {{ measure }}_due_quantity > 0 and {{ day }} <= data_through as is_{{ measure }}_due,
        coalesce({{ measure }}_whole_date <= {{ day }}, false) as is_{{ measure }}_on_time,
        {%- endfor %}
        ordered_quantity - cancelled_quantity - delivered_quantity_micro > 0 as is_open
    from judged
)

select
    sales_order_line_id,
    sales_order_id,
    order_number,
    customer_id,
    salesperson_id,
    item_id,
    warehouse_id,
    business_event_id,
    status,
    is_rush,
    cancel_reason,
    cancelled_date,
    order_date,
    requested_date,
    first_promised_date,
    last_promised_date,
    first_date,
    last_date,
    is_promise_missing,
    ordered_quantity as ordered_quantity_micro,
    allocated_quantity as allocated_quantity_micro,
    shipped_quantity as shipped_quantity_micro,
    delivered_quantity_micro,
    delivered_by_first_promise_micro,
    returned_quantity as returned_quantity_micro,
    cancelled_quantity as cancelled_quantity_micro,
    greatest(ordered_quantity - cancelled_quantity - shipped_quantity, 0) as open_quantity_micro,
    unit_price as unit_price_micro,
    discount_ppm,
    exchange_rate_ppm,
    -- Company currency, before tax.
    cast({{ scaled("line_total_micro", "exchange_rate_ppm", "1000000") }} as bigint) as line_value_micro,
    is_delivery_assumed,
    last_delivered_date,
    first_due_quantity as due_quantity_micro,
    first_whole_date as delivered_date,
    is_first_counted,
    is_first_due,
    is_first_on_time,
    is_last_counted,
    is_last_due,
    is_last_on_time,
    is_requested_counted,
    is_requested_due,
    is_requested_on_time,
    is_cancelled_after_promise,
    is_open,
    is_first_due and not is_first_on_time as is_late,
    -- An undelivered line is at least a day late by the close of its day, and its lateness still grows.
    case
        when not is_first_due or is_first_on_time then 0
        when first_whole_date is not null then first_whole_date - first_date
        when is_cancelled_after_promise and not is_open then greatest(cancelled_date, coalesce(last_delivered_date, cancelled_date)) - first_date
        else greatest(data_through - first_date, 1)
    end as late_days
from outcomes
