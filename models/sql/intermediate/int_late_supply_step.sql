{{ config(materialized="ephemeral") }}
-- What did each supply of a late line's chain add to its lateness? One row per late line, supply and step of the supply, from its arrival
-- backwards. See fct_late_step for the columns.
-- Exactly: actual - need = own days (supplier, inspection; production; road, dispatch) + the wait for the supply behind it + plan_days,
-- by which it was planned later than needed. Of the line's own supply (depth 1) these are the shares, slack and time won back negative.
-- Behind a wait only the days count that got through it: what slack between two plans took up reached nobody. The deepest come first,
-- then the supply's own, and what is left of the wait was planned.
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
        case
            when chain.arrival_id <> 0 then coalesce(chain.arrival_received_date, chain.actual_date)
            else coalesce(chain.sent_date, chain.end_date)
        end as received_date,
        lines.order_number,
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

dated as (
    select
        -- Without any date to hold him to, a supplier is in time.
        * replace (coalesce(planned_date, received_date + run_days, actual_date) as planned_date),
        cast(actual_date - need_date as integer) as chain_days
    from chain
),

planned as (
    select
        *,
        cast(case when supply_kind = 'none' then chain_days else planned_date - need_date end as integer) as plan_days,
        cast(actual_date - received_date as integer) - run_days as inspection_days,
        cast(received_date - (planned_date - run_days) as integer) as supplier_days,
        cast(actual_date - planned_date as integer) - next_wait_days as production_days,
        case when sent_date is null then 0 else cast(actual_date - sent_date as integer) - run_days end as road_days,
        cast(coalesce(sent_date, actual_date) - (planned_date - run_days) as integer) - next_wait_days as dispatch_days,
        -- No later wait lets through more than the shortest before it.
        min(case when depth > 1 then chain_days end) over (
            partition by sales_order_line_id
            order by depth
        ) as through_days
    from dated
),

-- Where the own days of a supply behind a wait begin and end among the days that got through.
stacked as (
    select
        *,
        case supply_kind when 'purchase_order_line' then supplier_days when 'work_order' then production_days else road_days end
            as first_days,
        case supply_kind when 'purchase_order_line' then inspection_days when 'transfer_order_line' then dispatch_days else 0 end
            as second_days
    from planned
),

shared as (
    select
        * replace (
            {%- for name, kind, low, high in [
                ("supplier_days", "purchase_order_line", "next_wait_days", "next_wait_days + greatest(first_days, 0)"),
                ("inspection_days", "purchase_order_line", "next_wait_days + greatest(first_days, 0)",
                    "next_wait_days + greatest(first_days, 0) + greatest(second_days, 0)"),
                ("production_days", "work_order", "next_wait_days", "next_wait_days + greatest(first_days, 0)"),
                ("road_days", "transfer_order_line", "next_wait_days", "next_wait_days + greatest(first_days, 0)"),
                ("dispatch_days", "transfer_order_line", "next_wait_days + greatest(first_days, 0)",
                    "next_wait_days + greatest(first_days, 0) + greatest(second_days, 0)"),
            ] %}
            case
                when depth = 1 then {{ name }}
                else least({{ high }}, through_days) - least({{ low }}, through_days)
            end as {{ name }},
            {%- endfor %}
            case
                when depth = 1 then plan_days
                when supply_kind in ('purchase_order_line', 'work_order', 'transfer_order_line')
                    then through_days
                    - least(next_wait_days + greatest(first_days, 0) + greatest(second_days, 0), through_days)
                else through_days
            end as plan_days,
            case when depth = 1 then chain_days else through_days end as chain_days
        )
    from stacked
)

{% set planned_evidence -%}
    case
            when planned_date < need_date then 'slack_in_plan'
            when planned_date = need_date then 'planned_in_time'
            when order_date > order_by_date then 'ordered_after_order_by'
            else 'planned_after_need'
        end
{%- endset %}
{# One row of a supply's steps: place in the story, link, cause, days, planned, actual, evidence, for which. #}
{% set purchase, made, moved = "supply_kind = 'purchase_order_line'", "supply_kind = 'work_order'", "supply_kind = 'transfer_order_line'" %}
{% set steps = [
    (1, "inspection", "inspection", "inspection_days", "actual_date - inspection_days", "actual_date",
        "case when inspection_days > 0 then 'inspection_over_standard' else 'inspection_within_standard' end",
        purchase ~ " and (run_days > 0 or inspection_days <> 0)"),
    (2, "supplier", "supplier", "supplier_days", "planned_date - run_days", "received_date",
        "case when supplier_days > 0 then 'received_after_promise' else 'received_by_promise' end", purchase),
    (3, "ordering", "planning", "plan_days", "need_date", "planned_date", planned_evidence, purchase),
    (1, "production", "production", "production_days", "planned_date", "actual_date",
        "case when production_days <= 0 then 'completed_by_due'"
        " when coalesce(start_date, actual_date) - planned_start_date - next_wait_days > production_days / 2 then 'started_late'"
        " else 'completed_after_due' end", made),
    (2, "work_order_plan", "planning", "plan_days", "need_date", "planned_date", planned_evidence, made),
    (1, "transfer", "carrier", "road_days", "sent_date + run_days", "actual_date",
        "case when road_days > 0 then 'transfer_over_lane' else 'transfer_within_lane' end", moved ~ " and sent_date is not null"),
    (2, "transfer_dispatch", "picking", "dispatch_days", "planned_date - run_days", "coalesce(sent_date, actual_date)",
        "case when dispatch_days > 0 then 'transfer_left_late' else 'transfer_left_in_time' end", moved),
    (3, "transfer_plan", "planning", "plan_days", "need_date", "planned_date", planned_evidence, moved),
    (1, "nothing_ordered", "planning", "plan_days", "need_date", "actual_date",
        "case when is_cancelled then 'cancelled_without_stock' else 'not_ordered' end", "supply_kind = 'none'"),
    (1, "cancellation", "customer_change", "chain_days", "need_date", "actual_date", "'cancelled_by_customer'",
        "supply_kind = 'customer'"),
    (1, "found_stock", "wrong_count", "chain_days", "need_date", "actual_date", "'found_by_count'", "supply_kind = 'found'"),
    (1, "lost_stock", "wrong_count", "chain_days", "need_date", "actual_date", "'promised_stock_not_there'",
        "supply_kind = 'lost_stock'"),
    (1, "gone_stock", "stock_taken", "chain_days", "need_date", "actual_date", "'promised_stock_gone'", "supply_kind = 'gone_stock'"),
    (1, "untraceable", "untraceable", "chain_days", "need_date", "actual_date", "'no_record'",
        "supply_kind in ('untraceable', 'opening', 'customer_return', 'other')"),
] %}
{%- for place, link, cause, days, planned, actual, evidence, condition in steps %}
select
    sales_order_line_id,
    depth,
    {{ place }} as place,
    '{{ link }}' as link,
    '{{ cause }}' as cause,
    {{ days }} as days,
    {{ planned }} as planned_date,
    {{ actual }} as actual_date,
    coalesce(document_kind, 'sales_order') as document_kind,
    coalesce(document_number, order_number) as document_number,
    {{ evidence }} as evidence,
    coalesce(item_id, line_item_id) as item_id,
    {{ "source_warehouse_id" if link == "transfer_dispatch" else "coalesce(warehouse_id, line_warehouse_id)" }} as warehouse_id,
    {{ "supplier_id" if link in ("inspection", "supplier") else "cast(null as bigint)" }} as supplier_id,
    cast(null as bigint) as carrier_id,
    {{ "buyer_id" if link == "ordering" else "cast(null as bigint)" }} as buyer_id,
    {{ "supply_id" if link in ("production", "work_order_plan") else "cast(null as bigint)" }} as work_order_id
from shared
where {{ condition }}
{{ "union all" if not loop.last }}
{%- endfor %}
