-- What happened to each late line, step by step, and how many of its late days did each step add? One row per late line and step.
-- Steps run backwards, from the delivery to the supply at the root; depth 0 is the line itself, 1 its supply, and so on. days are
-- signed - actual less standard, time won back negative - and sum to the line's late_days.
-- planned_date: when the step should have ended for the one after it; actual_date: when it did, or the end of the wait.
with lines as (
    select * from {{ ref("int_late_wait") }}
),

chain as (
    select
        chain.*,
        supplies.document_kind,
        supplies.document_number,
        supplies.item_id,
        supplies.warehouse_id,
        supplies.source_warehouse_id,
        supplies.supplier_id,
        supplies.buyer_id,
        supplies.order_date,
        supplies.order_by_date,
        supplies.planned_start_date,
        supplies.start_date,
        cast(chain.actual_date - chain.need_date as integer) as chain_days,
        lines.order_number,
        lines.cancel_reason,
        lines.is_cancelled,
        lines.item_id as line_item_id,
        lines.warehouse_id as line_warehouse_id
    from {{ ref("int_late_chain") }} as chain
    inner join lines
        on chain.sales_order_line_id = lines.sales_order_line_id
    left join {{ ref("int_supply") }} as supplies
        on chain.supply_kind = supplies.supply_kind
        and chain.supply_id = supplies.supply_id
),

purchases as (
    select
        * replace (coalesce(planned_date, received_date + run_days) as planned_date),
        cast(actual_date - received_date as integer) - run_days as inspection_days,
        -- Without any date to hold him to, a supplier is in time.
        cast(received_date - coalesce(planned_date - run_days, received_date) as integer) as supplier_days
    from (
        select
            *,
            case
                when arrival_id <> 0 then coalesce(arrival_received_date, actual_date)
                else coalesce(sent_date, end_date)
            end as received_date
        from chain
        where supply_kind = 'purchase_order_line'
    )
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

{#- One row of a line's own steps: place in the story, link, cause, days, planned, actual, document kind and number, evidence. #}
{% set own_steps = [
    (1, "delivery", "'carrier'", "carrier_days", "end_date - carrier_days", "end_date", "'shipment'", "shipment_number",
        "case when carrier_days > 0 then 'transit_over_lane' else 'transit_within_lane' end", "shipped_date is not null"),
    (2, "customer_change", "'customer_change'", "customer_days", "first_date", "effective_date", "'sales_order'", "order_number",
        "'moved_by_customer'", "customer_days <> 0"),
    (3, "cancellation", "'customer_change'", "picking_days + untied_days", "end_date - picking_days - untied_days", "end_date",
        "'sales_order'", "order_number", "'cancelled_by_customer'",
        "is_cancelled and cancel_reason in ('customer', 'price', 'credit')"),
    (4, "picking", "'picking'", "picking_days", "left_date - picking_days", "left_date", "'sales_order'", "order_number",
        "case when shipped_date is null then 'ready_and_not_shipped' else 'shipped_after_ready' end",
        "not (is_cancelled and cancel_reason in ('customer', 'price', 'credit'))"),
    (5, "stock_taken", "'stock_taken'", "taken_days", "ready_date - taken_days", "ready_date", "'sales_order'", "taker_number",
        "'allocation_taken'", "taken_days <> 0"),
    (6, "not_found", "'wrong_count'", "lost_days", "kept_ready_date - lost_days", "kept_ready_date", "'sales_order'", "order_number",
        "'allocation_not_found'", "lost_days <> 0"),
    (7, "waiting_to_ship", "'picking'", "idle_days", "found_ready_date", "found_ready_date + idle_days", "'sales_order'", "order_number",
        "'ready_and_not_shipped'", "idle_days <> 0"),
    (8, "allocation", "'picking'", "untied_days", "arrived_date", "found_ready_date", "'sales_order'", "order_number",
        "'usable_before_allocated'",
        "untied_days <> 0 and not (is_cancelled and cancel_reason in ('customer', 'price', 'credit'))"),
    (9, "promise", "'promise_infeasible'", "infeasible_days", "need_date - infeasible_days", "need_date", "'sales_order'",
        "order_number", "'pegs_after_promise'", "infeasible_days <> 0"),
] %}
own as (
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
    from (
        select
            lines.*,
            takers.number as taker_number
        from lines
        left join takers
            on lines.taken_by_line_id = takers.sales_order_line_id
    )
    where {{ condition }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

{#- One row of a supply's steps, in the same order, with the table of the chain it is read from. #}
{% set chain_steps = [
    ("purchases", 1, "inspection", "'inspection'", "inspection_days", "actual_date - inspection_days", "actual_date",
        "case when inspection_days > 0 then 'inspection_over_standard' else 'inspection_within_standard' end",
        "run_days > 0 or inspection_days <> 0"),
    ("purchases", 2, "supplier", "'supplier'", "supplier_days", "planned_date - run_days", "received_date",
        "case when supplier_days > 0 then 'received_after_promise' else 'received_by_promise' end", "true"),
    ("purchases", 3, "ordering", "'planning'", "cast(planned_date - need_date as integer)", "need_date", "planned_date",
        "case when planned_date < need_date then 'slack_in_plan' when planned_date = need_date then 'planned_in_time'"
        " when order_date > order_by_date then 'ordered_after_order_by' else 'planned_after_need' end", "true"),
    ("chain", 1, "production", "'production'", "actual_date - planned_date - next_wait_days", "planned_date", "actual_date",
        "case when actual_date - planned_date - next_wait_days <= 0 then 'completed_by_due'"
        " when coalesce(sent_date, start_date, actual_date) - planned_start_date - next_wait_days"
        " > (actual_date - planned_date - next_wait_days) / 2 then 'started_late' else 'completed_after_due' end",
        "supply_kind = 'work_order'"),
    ("chain", 2, "work_order_plan", "'planning'", "planned_date - need_date", "need_date", "planned_date",
        "case when planned_date < need_date then 'slack_in_plan' when planned_date = need_date then 'planned_in_time'"
        " else 'planned_after_need' end", "supply_kind = 'work_order'"),
    ("chain", 1, "transfer", "'carrier'", "case when sent_date is null then 0 else actual_date - sent_date - run_days end",
        "sent_date + run_days", "actual_date",
        "case when actual_date - sent_date > run_days then 'transfer_over_lane' else 'transfer_within_lane' end",
        "supply_kind = 'transfer_order_line' and sent_date is not null"),
    ("chain", 2, "transfer_dispatch", "'picking'",
        "coalesce(sent_date, actual_date) - (planned_date - run_days) - next_wait_days",
        "planned_date - run_days", "coalesce(sent_date, actual_date)",
        "case when coalesce(sent_date, actual_date) - (planned_date - run_days) - next_wait_days > 0"
        " then 'transfer_left_late' else 'transfer_left_in_time' end",
        "supply_kind = 'transfer_order_line'"),
    ("chain", 3, "transfer_plan", "'planning'", "planned_date - need_date", "need_date", "planned_date",
        "case when planned_date < need_date then 'slack_in_plan' when planned_date = need_date then 'planned_in_time'"
        " else 'planned_after_need' end",
        "supply_kind = 'transfer_order_line'"),
    ("chain", 1, "nothing_ordered", "'planning'", "chain_days", "need_date", "actual_date",
        "case when is_cancelled then 'cancelled_without_stock' else 'not_ordered' end", "supply_kind = 'none'"),
    ("chain", 1, "cancellation", "'customer_change'", "chain_days", "need_date", "actual_date", "'cancelled_by_customer'",
        "supply_kind = 'customer'"),
    ("chain", 1, "found_stock", "'wrong_count'", "chain_days", "need_date", "actual_date", "'found_by_count'", "supply_kind = 'found'"),
    ("chain", 1, "lost_stock", "'wrong_count'", "chain_days", "need_date", "actual_date", "'promised_stock_not_there'",
        "supply_kind = 'lost_stock'"),
    ("chain", 1, "gone_stock", "'stock_taken'", "chain_days", "need_date", "actual_date", "'promised_stock_gone'",
        "supply_kind = 'gone_stock'"),
    ("chain", 1, "untraceable", "'untraceable'", "chain_days", "need_date", "actual_date", "'no_record'",
        "supply_kind not in ('purchase_order_line', 'work_order', 'transfer_order_line', 'none', 'customer', 'found', 'lost_stock', 'gone_stock')"),
] %}
behind as (
    {%- for source, place, link, cause, days, planned, actual, evidence, condition in chain_steps %}
    select
        sales_order_line_id,
        depth,
        {{ place }} as place,
        '{{ link }}' as link,
        {{ cause }} as cause,
        {{ days }} as days,
        {{ planned }} as planned_date,
        {{ actual }} as actual_date,
        coalesce(document_kind, 'sales_order') as document_kind,
        coalesce(document_number, order_number) as document_number,
        {{ evidence }} as evidence,
        coalesce(item_id, line_item_id) as item_id,
        {{ "source_warehouse_id" if link == "transfer_dispatch" else "coalesce(warehouse_id, line_warehouse_id)" }} as warehouse_id,
        {{ "supplier_id" if source == "purchases" and link != "ordering" else "cast(null as bigint)" }} as supplier_id,
        cast(null as bigint) as carrier_id,
        {{ "buyer_id" if link == "ordering" else "cast(null as bigint)" }} as buyer_id,
        {{ "supply_id" if link in ("production", "work_order_plan") else "cast(null as bigint)" }} as work_order_id
    from {{ source }}
    where {{ condition }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

steps as (
    select * from own
    union all
    select * from behind
)

select
    sales_order_line_id,
    row_number() over (
        partition by sales_order_line_id
        order by depth, place
    ) as step_number,
    depth,
    link,
    cause,
    case
        when cause in ('supplier', 'planning', 'inspection') then 'purchase'
        when cause = 'production' then 'production'
        when cause in ('stock_taken', 'wrong_count', 'picking', 'carrier') then 'logistics'
        else 'other'
    end as cause_group,
    cast(days as bigint) as days,
    planned_date,
    actual_date,
    document_kind,
    document_number,
    'cause.' || evidence as evidence_key,
    item_id,
    warehouse_id,
    supplier_id,
    carrier_id,
    buyer_id,
    work_order_id
from steps
