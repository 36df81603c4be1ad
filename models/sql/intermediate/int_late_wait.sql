-- How long did each late line wait for its goods, and for which reasons that lie before supply? One row per late sales order line.
-- The days from need_date to the shipment are split exactly, from the back:
--   picking_days: left later than the goods were tied and the standard pick allowed
--   taken_days, lost_days: had its goods, until they were taken for another order, or were not found
--   idle_days: before that it lay tied and ready, and nobody sent it
--   infeasible_days: what the promise rested on was expected later than the promise allowed, on the day it was made
--   untied_days: its goods were there and not yet tied to it
--   supply_days: the rest, which the supply (supply_kind ...) that ended the wait has to explain
-- supply_kind beside the three supplies: 'found' (the count brought it to light), 'none' (nothing ordered), 'customer', 'untraceable'.
with late as (
    select * from {{ ref("int_late_shipment") }}
),

-- The goods of the critical shipment, or tied and not shipped yet, that came last.
shipped_goods as (
    select
        late.sales_order_line_id,
        arg_max(
            struct_pack(
                kind := origins.supply_kind,
                id := origins.supply_id,
                arrival_id := origins.arrival_id,
                arrival_date := origins.arrival_date
            ),
            (origins.arrival_date, origins.arrival_id)
        ) as supply
    from (
        select late.sales_order_line_id, 'shipment_line' as demand_kind, lines.shipment_line_id as demand_id
        from late
        inner join {{ ref("stg_shipment_line") }} as lines
            on late.shipment_id = lines.shipment_id
            and late.sales_order_line_id = lines.sales_order_line_id
        union all
        select sales_order_line_id, 'allocation', sales_order_line_id
        from late
        where shipment_id is null
    ) as late
    inner join {{ ref("int_goods_origin") }} as origins
        on late.demand_kind = origins.demand_kind
        and late.demand_id = origins.demand_id
    where origins.arrival_id is not null
    group by all
),

joined as (
    select
        late.*,
        tied.* exclude (sales_order_line_id),
        goods.supply as goods,
        basis.supply as basis,
        basis.promise_made_date,
        basis.expected_date,
        coalesce(basis.is_from_stock, false) as is_from_stock,
        missing.supply_kind as open_kind,
        missing.supply_id as open_id,
        missing.item_id is not null as is_known,
        missing.free_quantity_micro >= late.untied_quantity_micro as is_there,
        -- Standard days between the goods and the customer that have not passed yet.
        late.promise_run_days - late.lane_days - late.pick_days as ahead_days,
        -- Not shipped, not cancelled: still waiting today.
        late.shipped_date is null and not late.is_cancelled as is_waiting
    from late
    left join {{ ref("int_tied_stock") }} as tied
        on late.sales_order_line_id = tied.sales_order_line_id
    left join shipped_goods as goods
        on late.sales_order_line_id = goods.sales_order_line_id
    left join {{ ref("int_promise_basis") }} as basis
        on late.sales_order_line_id = basis.sales_order_line_id
    left join {{ ref("int_missing_goods") }} as missing
        on late.item_id = missing.item_id
        and late.warehouse_id = missing.warehouse_id
),

-- When the goods were ready to be picked: tied, or there; nothing of it by the end of the wait is ready at its end.
readied as (
    select
        *,
        least(
            case
                when whole_date is not null then whole_date
                when shipped_date is not null then left_date - pick_days
                when is_waiting and is_there then need_date
                else end_date
            end,
            left_date - pick_days
        ) as ready_date
    from joined
),

waited as (
    select
        *,
        cast(greatest(ready_date - need_date, 0) as integer) as wait_days,
        cast(left_date - ready_date - greatest(need_date - ready_date, 0) as integer) - pick_days as picking_days
    from readied
),

-- From here on need_date is what a promise would have asked for that was made knowing what it rested on.
promised as (
    select
        * replace (need_date + infeasible_days as need_date)
    from (
        select
            *,
            least(coalesce(cast(greatest(expected_date - promise_need_date, 0) as integer), 0), wait_days) as infeasible_days
        from waited
    )
),

taken as (
    select
        *,
        case
            when wait_days > 0 and taken_date is not null
                then cast(
                    greatest(ready_date - greatest(coalesce(kept_whole_date, ready_date), taken_date, need_date), 0) as integer
                )
            else 0
        end as taken_days
    from promised
),

-- Before it was taken it lay tied and could have left.
before_taken as (
    select
        *,
        case
            when taken_days > 0 then greatest(kept_whole_date, need_date)
            else ready_date
        end as kept_ready_date
    from taken
),

lost as (
    select
        *,
        case
            when wait_days > 0 and not_found_date is not null
                then cast(
                    greatest(
                        kept_ready_date - greatest(coalesce(found_whole_date, kept_ready_date), not_found_date, need_date), 0
                    ) as integer
                )
            else 0
        end as lost_days
    from before_taken
),

before_lost as (
    select
        *,
        case
            when lost_days > 0 then greatest(found_whole_date, need_date)
            else kept_ready_date
        end as found_ready_date
    from lost
),

-- The supply of what ended the wait; goods once lost or taken say nothing about where the first ones came from.
supplied as (
    select
        *,
        case
            when taken_days > 0 or lost_days > 0 then basis
            when goods.kind in ('purchase_order_line', 'work_order', 'transfer_order_line', 'found') then goods
            -- What the promise rested on has come and is not here any more: the line waits for what comes next.
            when basis.kind is not null and (shipped_date is not null or basis.arrival_date is null) then basis
            when goods.kind is not null
                then struct_pack(
                    kind := 'untraceable', id := goods.id, arrival_id := goods.arrival_id, arrival_date := goods.arrival_date
                )
            when is_waiting and is_known
                then struct_pack(kind := open_kind, id := open_id, arrival_id := cast(0 as bigint), arrival_date := cast(null as date))
            when is_cancelled and cancel_reason in ('customer', 'price', 'credit')
                then struct_pack(kind := 'customer', id := cast(null as bigint), arrival_id := cast(0 as bigint), arrival_date := cast(null as date))
            when is_cancelled and cancel_reason = 'no_stock'
                then struct_pack(kind := 'none', id := cast(null as bigint), arrival_id := cast(0 as bigint), arrival_date := cast(null as date))
        end as supply
    from before_lost
),

-- The goods were there before they were tied: handling in the house. Time won back goes with the supply that won it.
arrived as (
    select
        *,
        case
            when found_ready_date <= need_date then found_ready_date
            else greatest(least(coalesce(supply.arrival_date, found_ready_date), found_ready_date), need_date)
        end as arrived_date
    from supplied
),

-- A promise on stock alone that was not there in the end: booked wrongly, if a loss was found meanwhile, else given to somebody else.
stock_losses as (
    select distinct arrived.sales_order_line_id
    from arrived
    inner join {{ ref("int_stock_loss") }} as losses
        on arrived.item_id = losses.item_id
        and arrived.warehouse_id = losses.warehouse_id
        and losses.business_date between arrived.promise_made_date and arrived.arrived_date
    where arrived.is_from_stock
)

select
    arrived.* exclude (goods, basis, supply, open_kind, open_id, arrived_date),
    cast(
        case when taken_days > 0 then greatest(kept_whole_date, taken_date, need_date) - kept_ready_date else 0 end
        + case when lost_days > 0 then greatest(found_whole_date, not_found_date, need_date) - found_ready_date else 0 end
        as integer
    ) as idle_days,
    cast(found_ready_date - arrived_date as integer) as untied_days,
    cast(case when wait_days > 0 then arrived_date - need_date else 0 end as integer) as supply_days,
    arrived_date,
    case
        when is_from_stock and arrived_date > need_date and stock_losses.sales_order_line_id is not null then 'lost_stock'
        when is_from_stock and arrived_date > need_date then 'gone_stock'
        else coalesce(supply.kind, 'untraceable')
    end as supply_kind,
    supply.id as supply_id,
    coalesce(supply.arrival_id, 0) as arrival_id
from arrived
left join stock_losses
    on arrived.sales_order_line_id = stock_losses.sales_order_line_id
