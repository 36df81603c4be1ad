{{ config(materialized="ephemeral") }}
-- When did each late line have all its goods, and when would it have had them if nobody had taken any? One row per late line that ever
-- had goods: tied to it, or shipped to it straight from the shelf.
-- whole_date: what stayed with it covered the line. kept_whole_date: the same with what was taken for another order;
-- found_whole_date: also with what could not be found when it was to be picked.
with late as (
    select * from {{ ref("int_late_shipment") }}
),

losses as (
    select * from {{ ref("int_stock_loss") }}
),

allocations as (
    select
        allocations.allocation_id,
        late.sales_order_line_id,
        late.due_quantity_micro,
        allocations.allocated_date as event_date,
        allocations.closed_date,
        allocations.quantity as quantity_micro,
        allocations.taken_by_line_id,
        case
            when allocations.state <> 'released' or allocations.release_reason = 'cancelled' then 'kept'
            when allocations.taken_by_line_id is not null then 'taken'
            when regexp_matches(allocations.release_reason, 'count|not found|not there|missing|找不到|盘|缺', 'i') then 'not_found'
            -- Nobody wrote why, but the place was then found to hold less than the books.
            when exists (
                select 1
                from losses
                where losses.item_id = allocations.item_id
                    and losses.location_id = allocations.location_id
                    and losses.lot_id = allocations.lot_id
                    and losses.business_date between allocations.closed_date and allocations.closed_date + 7
            ) then 'not_found'
        end as outcome
    from {{ ref("stg_allocation") }} as allocations
    inner join late
        on allocations.demand_line_id = late.sales_order_line_id
    where allocations.demand_kind = 'sales_order_line'
),

lost_dates as (
    select
        sales_order_line_id,
        min(closed_date) filter (where outcome = 'taken') as taken_date,
        arg_min(taken_by_line_id, (closed_date, allocation_id)) filter (where outcome = 'taken') as taken_by_line_id,
        min(closed_date) filter (where outcome = 'not_found') as not_found_date
    from allocations
    group by all
),

-- Shipped without having been tied: there since its arrival; since the standard pick before it left, if it replaced what was lost.
from_shelf as (
    select
        late.sales_order_line_id,
        late.due_quantity_micro,
        case
            when origins.arrival_date is null then origins.left_date - late.pick_days
            when origins.arrival_date <= least(lost_dates.taken_date, lost_dates.not_found_date)
                then origins.left_date - late.pick_days
            else origins.arrival_date
        end as event_date,
        origins.quantity_micro,
        'kept' as outcome
    from late
    inner join {{ ref("stg_shipment_line") }} as lines
        on late.sales_order_line_id = lines.sales_order_line_id
    inner join {{ ref("int_goods_origin") }} as origins
        on origins.demand_kind = 'shipment_line'
        and lines.shipment_line_id = origins.demand_id
    left join lost_dates
        on late.sales_order_line_id = lost_dates.sales_order_line_id
    where origins.allocated_date is null
),

events as (
    select sales_order_line_id, due_quantity_micro, event_date, quantity_micro, outcome from allocations where outcome is not null
    union all by name
    select * from from_shelf
),

running as (
    select
        sales_order_line_id,
        due_quantity_micro,
        event_date,
        {%- for name, outcomes in [
            ("kept", "('kept')"), ("with_taken", "('kept', 'taken')"), ("with_all", "('kept', 'taken', 'not_found')")
        ] %}
        sum(case when outcome in {{ outcomes }} then quantity_micro else 0 end) over (
            partition by sales_order_line_id
            order by event_date
        ) as {{ name }}_micro{{ "," if not loop.last }}
        {%- endfor %}
    from events
)

select
    running.sales_order_line_id,
    min(running.event_date) filter (where running.kept_micro >= running.due_quantity_micro) as whole_date,
    min(running.event_date) filter (where running.with_taken_micro >= running.due_quantity_micro) as kept_whole_date,
    min(running.event_date) filter (where running.with_all_micro >= running.due_quantity_micro) as found_whole_date,
    any_value(lost_dates.taken_date) as taken_date,
    any_value(lost_dates.taken_by_line_id) as taken_by_line_id,
    any_value(lost_dates.not_found_date) as not_found_date
from running
left join lost_dates
    on running.sales_order_line_id = lost_dates.sales_order_line_id
group by all
