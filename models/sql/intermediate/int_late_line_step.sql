{{ config(materialized="ephemeral") }}
-- What happened to each late line on the shelf and after? One row per late line and step of its own, from the delivery backwards. See
-- fct_late_step for the columns.
with lines as (
    select * from {{ ref("int_late_wait") }}
),

takers as (
    select
        lines.sales_order_line_id,
        orders.number
    from {{ ref("stg_sales_order_line") }} as lines
    inner join {{ ref("stg_sales_order") }} as orders
        on lines.sales_order_id = orders.sales_order_id
    where lines.sales_order_line_id in (select taken_by_line_id from lines)
),

told as (
    select
        lines.*,
        coalesce(lines.is_cancelled and lines.cancel_reason in ('customer', 'price', 'credit'), false) as is_called_off,
        takers.number as taker_number
    from lines
    left join takers
        on lines.taken_by_line_id = takers.sales_order_line_id
)

{# One row of a line's own steps: place in the story, link, cause, days, planned, actual, document kind and number, evidence. #}
{% set own_steps = [
    (1, "delivery", "'carrier'", "carrier_days", "end_date - carrier_days", "end_date", "'shipment'", "shipment_number",
        "case when carrier_days > 0 then 'transit_over_lane' else 'transit_within_lane' end", "shipped_date is not null"),
    (2, "customer_change", "'customer_change'", "customer_days", "first_date", "effective_date", "'sales_order'", "order_number",
        "'moved_by_customer'", "customer_days <> 0"),
    (3, "cancellation", "'customer_change'", "picking_days + untied_days", "end_date - picking_days - untied_days", "end_date",
        "'sales_order'", "order_number", "'cancelled_by_customer'",
        "is_called_off"),
    (4, "picking", "'picking'", "picking_days", "left_date - picking_days", "left_date", "'sales_order'", "order_number",
        "case when shipped_date is null then 'ready_and_not_shipped' else 'shipped_after_ready' end",
        "not is_called_off"),
    (5, "stock_taken", "'stock_taken'", "taken_days", "ready_date - taken_days", "ready_date", "'sales_order'", "taker_number",
        "'allocation_taken'", "taken_days <> 0"),
    (6, "not_found", "'wrong_count'", "lost_days", "kept_ready_date - lost_days", "kept_ready_date", "'sales_order'", "order_number",
        "'allocation_not_found'", "lost_days <> 0"),
    (7, "waiting_to_ship", "'picking'", "idle_days", "found_ready_date", "found_ready_date + idle_days", "'sales_order'", "order_number",
        "'ready_and_not_shipped'", "idle_days <> 0"),
    (8, "allocation", "'picking'", "untied_days", "arrived_date", "found_ready_date", "'sales_order'", "order_number",
        "'usable_before_allocated'",
        "untied_days <> 0 and not is_called_off"),
    (9, "promise", "'promise_infeasible'", "infeasible_days", "need_date - infeasible_days", "need_date", "'sales_order'",
        "order_number", "'pegs_after_promise'", "infeasible_days <> 0"),
] %}
{%- for place, link, cause, days, planned, actual, kind, number, evidence, condition in own_steps %}
select
    sales_order_line_id,
    0 as depth,
    {{ place }} as place,
    '{{ link }}' as link,
    {{ cause }} as cause,
    {{ days }} as days,
    {{ planned }} as planned_date,
    {{ actual }} as actual_date,
    {{ kind }} as document_kind,
    {{ number }} as document_number,
    {{ evidence }} as evidence,
    item_id,
    warehouse_id,
    cast(null as bigint) as supplier_id,
    {{ "carrier_id" if link == "delivery" else "cast(null as bigint)" }} as carrier_id,
    cast(null as bigint) as buyer_id,
    cast(null as bigint) as work_order_id
from told
where {{ condition }}
{{ "union all" if not loop.last }}
{%- endfor %}
