{{ config(materialized="ephemeral") }}
-- Which supplies does each late line hang on, one behind the other? One row per late line and supply of its critical chain; depth 1 is
-- what the line itself waited for, depth 2 what that waited for longest, and so on.
-- need_date: when it had to be there for the step before it to be in time; actual_date: when it was; not there yet: the end of the wait.
-- planned_date, run_days, sent_date: its own plan and way, counted up to the end of the wait. Each supply arrives before what is made of
-- it leaves, so the walk ends; what is still missing could point back at itself, and is followed once.
with recursive supplies as (
    select * from {{ ref("int_supply") }}
),

waits as (
    select * from {{ ref("int_supply_wait") }}
),

walk as (
    select
        lines.sales_order_line_id,
        1 as depth,
        lines.supply_kind,
        lines.supply_id,
        lines.arrival_id,
        lines.need_date,
        lines.arrived_date as actual_date,
        lines.end_date,
        lines.ahead_days,
        lines.customer_days + lines.infeasible_days as given_days,
        [lines.supply_kind || coalesce(lines.supply_id, 0)] as path
    from {{ ref("int_late_wait") }} as lines
    where lines.supply_days <> 0
    union all
    select
        walk.sales_order_line_id,
        walk.depth + 1,
        waits.next_kind,
        waits.next_id,
        coalesce(waits.next_arrival_id, 0),
        timing.need_date,
        timing.next_date,
        walk.end_date,
        walk.ahead_days
        + supplies.run_days
        + supplies.pick_days
        - {{ run_days("supplies", "waits", "walk") }}
        - {{ pick_days("supplies", "walk") }},
        walk.given_days,
        list_append(walk.path, waits.next_kind || coalesce(waits.next_id, 0))
    from walk
    inner join supplies
        on walk.supply_kind = supplies.supply_kind
        and walk.supply_id = supplies.supply_id
    inner join waits
        on walk.supply_kind = waits.supply_kind
        and walk.supply_id = waits.supply_id
        and walk.arrival_id = waits.arrival_id
    cross join lateral (
        select
            {{ planned_end("supplies", "walk") }}
            - {{ run_days("supplies", "waits", "walk") }}
            - {{ pick_days("supplies", "walk") }} as need_date,
            least(coalesce(waits.next_date, walk.end_date), walk.actual_date) as next_date
    ) as timing
    where waits.next_kind is not null
        and timing.next_date > timing.need_date
        and not list_contains(walk.path, waits.next_kind || coalesce(waits.next_id, 0))
)

select
    walk.sales_order_line_id,
    walk.depth,
    walk.supply_kind,
    walk.supply_id,
    walk.arrival_id,
    walk.need_date,
    walk.actual_date,
    walk.end_date,
    -- What the step itself waited for; as long as it takes the standard from need to plan, the rest is its own.
    cast(coalesce(behind.actual_date - behind.need_date, 0) as integer) as next_wait_days,
    {{ planned_end("supplies", "walk") }} as planned_date,
    {{ run_days("supplies", "waits", "walk") }} as run_days,
    case
        when waits.arrival_id <> 0 then waits.sent_date
        when supplies.start_date <= walk.end_date then supplies.start_date
    end as sent_date,
    arrivals.received_date as arrival_received_date
from walk
left join walk as behind
    on walk.sales_order_line_id = behind.sales_order_line_id
    and walk.depth + 1 = behind.depth
left join supplies
    on walk.supply_kind = supplies.supply_kind
    and walk.supply_id = supplies.supply_id
left join waits
    on walk.supply_kind = waits.supply_kind
    and walk.supply_id = waits.supply_id
    and walk.arrival_id = waits.arrival_id
left join {{ ref("int_stock_arrival") }} as arrivals
    on walk.arrival_id = arrivals.arrival_id
    and walk.supply_kind = arrivals.supply_kind
    and walk.supply_id = arrivals.supply_id
