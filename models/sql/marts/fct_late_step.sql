-- What happened to each late line, step by step, and how many of its late days did each step add? One row per late line and step.
-- Steps run backwards, from the delivery to the supply at the root; depth 0 is the line itself, 1 its supply, and so on. days are
-- signed - actual less standard, time won back negative - and sum to the line's late_days.
-- planned_date: when the step should have ended for the one after it; actual_date: when it did, or the end of the wait.
with steps as (
    select * from {{ ref("int_late_line_step") }}
    union all
    select * from {{ ref("int_late_supply_step") }}
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
