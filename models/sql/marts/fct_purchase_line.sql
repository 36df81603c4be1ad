-- What did we buy, against which reference price, and did the supplier keep the first promise? One row per purchase order line.
-- saving = needed quantity x (reference price - actual landed price); what was bought above need is apart and never a saving.
-- Actual price: invoiced and landed, else the order's price with its share of the order's freight. Prices without recoverable tax,
-- in the company's currency, per base unit.
with lines as (
    select * from {{ ref("stg_purchase_order_line") }}
),

orders as (
    select * from {{ ref("stg_purchase_order") }}
),

users as (
    select * from {{ ref("stg_app_user") }}
),

company as (
    select * from {{ ref("int_company") }}
),

invoices as (
    select
        purchase_order_line_id,
        cast(sum(quantity) as bigint) as invoiced_quantity,
        sum(
            {{ scaled(extended_micro("quantity", "unit_price"), "exchange_rate_ppm", "1000000") }}
            + {{ scaled("landed_cost_amount * micro_per_minor", "exchange_rate_ppm", "1000000") }}
        ) as invoiced_cost_micro
    from {{ ref("stg_supplier_invoice_line") }}
    cross join company
    group by all
),

receipts as (
    select
        purchase_order_line_id,
        min(received_date) as first_received_date,
        max(received_date) as last_received_date,
        bool_or(is_date_assumed) as is_date_assumed
    from {{ ref("fct_supplier_receipt") }}
    group by all
),

receipts_so_far as (
    select
        purchase_order_line_id,
        received_date,
        sum(received_quantity_micro) over (
            partition by purchase_order_line_id
            order by received_date, goods_receipt_line_id
        ) as received_so_far_micro
    from {{ ref("fct_supplier_receipt") }}
),

full_receipts as (
    select
        lines.purchase_order_line_id,
        min(receipts_so_far.received_date) as full_received_date
    from lines
    inner join receipts_so_far
        on lines.purchase_order_line_id = receipts_so_far.purchase_order_line_id
        and receipts_so_far.received_so_far_micro >= lines.ordered_quantity - lines.cancelled_quantity
    group by all
),

offers as (
    select
        requests.purchase_order_line_id,
        min(quotes.unit_price) as best_quote_micro,
        cast(round(avg(quotes.unit_price)) as bigint) as mean_quote_micro,
        count(*) as quote_count
    from (
        select distinct request_id, purchase_order_line_id
        from {{ ref("stg_quote") }}
        where purchase_order_line_id is not null
    ) as requests
    inner join {{ ref("stg_quote") }} as quotes
        on requests.request_id = quotes.request_id
    group by all
),

item_history as (
    -- Standard cost as it stood when the order was placed.
    select
        lines.purchase_order_line_id,
        arg_max(versions.standard_cost, versions.posting_sequence) as standard_cost
    from lines
    inner join orders
        on lines.purchase_order_id = orders.purchase_order_id
    inner join {{ ref("stg_item_version") }} as versions
        on lines.item_id = versions.item_id
        and versions.business_date <= orders.order_date
    group by all
),

order_values as (
    select
        purchase_order_id,
        sum({{ extended_micro("ordered_quantity", "unit_price") }}) as order_value_micro
    from lines
    group by all
),

priced as (
    select
        lines.*,
        orders.number as order_number,
        orders.supplier_id,
        orders.buyer_id,
        coalesce(users.name, '') as buyer,
        orders.order_date,
        orders.status as order_status,
        orders.ship_method,
        receipts.first_received_date,
        receipts.last_received_date,
        full_receipts.full_received_date,
        coalesce(receipts.is_date_assumed, false) as is_date_assumed,
        coalesce(invoices.invoiced_quantity, 0) as invoiced_quantity,
        invoices.invoiced_cost_micro,
        {{ scaled("lines.unit_price", "orders.exchange_rate_ppm", "1000000") }} as order_price_micro,
        -- Freight per base unit: the line's share of the order's freight by value.
        coalesce({{ scaled(
            "orders.freight_amount * company.micro_per_minor",
            "lines.unit_price",
            "order_values.order_value_micro",
        ) }}, 0) as freight_price_micro,
        offers.best_quote_micro,
        offers.mean_quote_micro,
        coalesce(offers.quote_count, 0) as quote_count,
        coalesce(item_history.standard_cost, items.standard_cost_micro) as standard_cost_micro,
        lines.ordered_quantity - lines.cancelled_quantity as wanted_quantity,
        company.data_through
    from lines
    inner join orders
        on lines.purchase_order_id = orders.purchase_order_id
    inner join {{ ref("dim_item") }} as items
        on lines.item_id = items.item_id
    inner join order_values
        on lines.purchase_order_id = order_values.purchase_order_id
    left join users
        on orders.buyer_id = users.user_id
    left join invoices
        on lines.purchase_order_line_id = invoices.purchase_order_line_id
    left join receipts
        on lines.purchase_order_line_id = receipts.purchase_order_line_id
    left join full_receipts
        on lines.purchase_order_line_id = full_receipts.purchase_order_line_id
    left join offers
        on lines.purchase_order_line_id = offers.purchase_order_line_id
    left join item_history
        on lines.purchase_order_line_id = item_history.purchase_order_line_id
    cross join company
),

actuals as (
    select
        *,
        case
            when invoiced_quantity > 0 then 'invoiced'
            when received_quantity > 0 then 'received'
            else 'ordered'
        end as actual_source,
        case
            when invoiced_quantity > 0 then invoiced_quantity
            when received_quantity > 0 then received_quantity
            else wanted_quantity
        end as quantity,
        cast(case
            when invoiced_quantity > 0 then {{ scaled("invoiced_cost_micro", "1000000", "invoiced_quantity") }}
            else order_price_micro + freight_price_micro
        end as bigint) as actual_price_micro,
        status not in ('pending', 'rejected')
        and order_status not in ('draft', 'pending', 'rejected')
        and (wanted_quantity > 0 or received_quantity > 0) as is_counted
    from priced
),

needed as (
    select
        *,
        greatest(quantity - coalesce(required_quantity, quantity), 0) as moq_excess_quantity,
        least(quantity, coalesce(required_quantity, quantity)) as needed_quantity,
        reference_source <> 'none' and reference_unit_price > 0 as has_reference
    from actuals
)

select
    purchase_order_line_id,
    purchase_order_id,
    order_number,
    supplier_id,
    buyer_id,
    buyer,
    strategy,
    item_id,
    warehouse_id,
    status,
    order_status,
    is_counted,
    order_date,
    requirement_date,
    order_by_date,
    required_date,
    requested_date,
    first_promised_date,
    last_promised_date,
    first_received_date,
    last_received_date,
    full_received_date,
    is_date_assumed,
    origin_planned_order_id,
    ordered_quantity as ordered_quantity_micro,
    received_quantity as received_quantity_micro,
    accepted_quantity as accepted_quantity_micro,
    rejected_quantity as rejected_quantity_micro,
    cancelled_quantity as cancelled_quantity_micro,
    case
        when status in ('open') and order_status in ('approved') then greatest(wanted_quantity - received_quantity, 0)
        else 0
    end as open_quantity_micro,
    cast(order_price_micro as bigint) as order_price_micro,
    actual_source,
    quantity as quantity_micro,
    required_quantity as required_quantity_micro,
    needed_quantity as needed_quantity_micro,
    moq_excess_quantity as moq_excess_quantity_micro,
    has_reference,
    reference_source,
    case when has_reference then reference_unit_price end as reference_price_micro,
    actual_price_micro,
    best_quote_micro,
    mean_quote_micro,
    quote_count,
    standard_cost_micro,
    case when has_reference then {{ extended_micro("needed_quantity", "reference_unit_price") }} end as planned_cost_micro,
    {{ extended_micro("needed_quantity", "actual_price_micro") }} as actual_cost_micro,
    {{ extended_micro("moq_excess_quantity", "actual_price_micro") }} as moq_excess_cost_micro,
    {{ extended_micro("quantity", "actual_price_micro") }} as spend_micro,
    case when best_quote_micro is not null then {{ extended_micro("needed_quantity", "best_quote_micro") }} end as best_quote_cost_micro,
    case when mean_quote_micro is not null then {{ extended_micro("needed_quantity", "mean_quote_micro") }} end as mean_quote_cost_micro,
    case
        when standard_cost_micro > 0
            then {{ extended_micro("quantity", "actual_price_micro") }} - {{ extended_micro("quantity", "standard_cost_micro") }}
    end as ppv_micro,
    -- Against the date the supplier first confirmed; lines due and not received count as failures, lines not yet due are out.
    wanted_quantity > 0
    and first_promised_date is not null
    and first_promised_date <= data_through as is_due,
    coalesce(full_received_date <= first_promised_date, false) as is_on_time
from needed
