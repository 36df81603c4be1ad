-- What did each supply itself wait for? One row per arrival of a work order or transfer (arrival_id), and one with arrival_id 0 for the
-- supply that has not come whole yet.
-- next_*: the supply of the goods that came to it last - of a work order's components, of what a transfer took - by genealogy; for what
-- is still missing, the open supply that comes next. next_date: when that came into the warehouse; null: not there yet.
with supplies as (
    select * from {{ ref("int_supply") }}
),

origins as (
    select * from {{ ref("int_goods_origin") }}
    where demand_kind in ('work_order', 'transfer_order_line')
),

missing as (
    select * from {{ ref("int_missing_goods") }}
),

arrivals as (
    select
        arrivals.arrival_id,
        arrivals.supply_kind,
        arrivals.supply_id,
        arrivals.lot_id,
        arrivals.arrival_date,
        sum(arrivals.quantity_micro) over (
            partition by arrivals.supply_kind, arrivals.supply_id, arrivals.lot_id
            order by arrivals.arrival_id
        ) as come_to_micro
    from {{ ref("int_stock_arrival") }} as arrivals
    where arrivals.supply_kind in ('work_order', 'transfer_order_line')
),

sent as (
    select
        *,
        sum(quantity_micro) over (
            partition by demand_id, lot_id
            order by movement_line_id
        ) as sent_to_micro
    from origins
    where demand_kind = 'transfer_order_line'
),

-- What arrived is what was sent first, lot by lot.
transfer_arrivals as (
    select
        arrivals.arrival_id,
        arrivals.supply_kind,
        arrivals.supply_id,
        sent.left_date as sent_date,
        sent.supply_kind as next_kind,
        sent.supply_id as next_id,
        sent.arrival_id as next_arrival_id,
        sent.arrival_date as next_date
    from arrivals
    inner join sent
        on arrivals.supply_id = sent.demand_id
        and arrivals.lot_id = sent.lot_id
        and arrivals.come_to_micro <= sent.sent_to_micro
        and arrivals.come_to_micro > sent.sent_to_micro - sent.quantity_micro
    where arrivals.supply_kind = 'transfer_order_line'
),

work_order_arrivals as (
    select
        arrivals.arrival_id,
        arrivals.supply_kind,
        arrivals.supply_id,
        arg_max(
            struct_pack(
                kind := origins.supply_kind,
                id := origins.supply_id,
                arrival_id := origins.arrival_id,
                arrival_date := origins.arrival_date
            ),
            (origins.arrival_date, origins.arrival_id)
        ) as latest
    from arrivals
    inner join origins
        on arrivals.supply_id = origins.demand_id
        and arrivals.arrival_date >= origins.left_date
    where arrivals.supply_kind = 'work_order'
        and origins.demand_kind = 'work_order'
        and origins.arrival_id is not null
    group by all
),

-- Everything issued or sent so far, for what is not whole yet.
taken_so_far as (
    select
        demand_kind as supply_kind,
        demand_id as supply_id,
        arg_max(
            struct_pack(
                kind := supply_kind,
                id := supply_id,
                arrival_id := arrival_id,
                arrival_date := arrival_date
            ),
            (arrival_date, arrival_id)
        ) as latest
    from origins
    where arrival_id is not null
    group by all
),

-- The component, or the goods at the transfer's source, that are neither taken nor there.
short as (
    select
        'work_order' as supply_kind,
        components.work_order_id as supply_id,
        components.work_order_component_id as place,
        missing.supply_kind as next_kind,
        missing.supply_id as next_id
    from {{ ref("stg_work_order_component") }} as components
    inner join supplies
        on supplies.supply_kind = 'work_order'
        and components.work_order_id = supplies.supply_id
        and supplies.is_open
    inner join missing
        on components.item_id = missing.item_id
        and supplies.warehouse_id = missing.warehouse_id
    where components.required_quantity - components.issued_quantity > missing.free_quantity_micro
    union all
    select
        'transfer_order_line' as supply_kind,
        supplies.supply_id,
        0 as place,
        missing.supply_kind as next_kind,
        missing.supply_id as next_id
    from supplies
    inner join missing
        on supplies.item_id = missing.item_id
        and supplies.source_warehouse_id = missing.warehouse_id
    where supplies.supply_kind = 'transfer_order_line'
        and supplies.is_open
        and supplies.unsent_quantity_micro > missing.free_quantity_micro
),

-- Of several missing components: one that nobody ordered, else the one expected last.
worst_short as (
    select
        short.supply_kind,
        short.supply_id,
        short.next_kind,
        short.next_id
    from short
    left join supplies
        on short.next_kind = supplies.supply_kind
        and short.next_id = supplies.supply_id
    qualify row_number() over (
        partition by short.supply_kind, short.supply_id
        order by coalesce(supplies.expected_date, date '9999-12-31') desc, short.place
    ) = 1
)

select
    supply_kind,
    supply_id,
    arrival_id,
    sent_date,
    next_kind,
    next_id,
    next_arrival_id,
    next_date
from transfer_arrivals
union all
select
    supply_kind,
    supply_id,
    arrival_id,
    cast(null as date),
    latest.kind,
    latest.id,
    latest.arrival_id,
    latest.arrival_date
from work_order_arrivals
union all
select
    supplies.supply_kind,
    supplies.supply_id,
    0,
    supplies.start_date,
    coalesce(worst_short.next_kind, taken_so_far.latest.kind),
    case when worst_short.next_kind is null then taken_so_far.latest.id else worst_short.next_id end,
    case when worst_short.next_kind is null then taken_so_far.latest.arrival_id else 0 end,
    case when worst_short.next_kind is null then taken_so_far.latest.arrival_date end
from supplies
left join worst_short
    on supplies.supply_kind = worst_short.supply_kind
    and supplies.supply_id = worst_short.supply_id
left join taken_so_far
    on supplies.supply_kind = taken_so_far.supply_kind
    and supplies.supply_id = taken_so_far.supply_id
where supplies.supply_kind in ('work_order', 'transfer_order_line')
