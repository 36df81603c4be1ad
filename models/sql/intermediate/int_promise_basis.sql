{{ config(materialized="ephemeral") }}
-- What did the first promise of a late line rest on? One row per late line whose first promise was archived with its supply.
-- expected_date: the last of it was expected then. supply_*: the part that came last, or has not come by the end of the wait.
with late as (
    select
        sales_order_line_id,
        first_promised_date,
        first_date + cast(late_days as integer) as end_date
    from {{ ref("fct_sales_line") }}
    where is_late
),

pegs as (
    select
        pegs.*,
        late.end_date
    from {{ ref("stg_promise_peg") }} as pegs
    inner join late
        on pegs.sales_order_line_id = late.sales_order_line_id
        and pegs.promised_date = late.first_promised_date
    -- Only what the first promise rested on; a promise entered with the order has no basis on record, whatever a later one rested on.
    qualify pegs.posting_sequence = min(pegs.posting_sequence) over (partition by pegs.sales_order_line_id)
),

arrivals as (
    select
        supply_kind,
        supply_id,
        arg_max(arrival_id, (arrival_date, arrival_id)) as arrival_id,
        max(arrival_date) as arrival_date
    from {{ ref("int_stock_arrival") }}
    where supply_id in (select supply_id from pegs)
    group by all
),

dated as (
    select
        pegs.*,
        -- Whole, usable, and before the wait was over: else it is still to come.
        case when arrivals.arrival_date <= pegs.end_date and not coalesce(supplies.is_open, false) then arrivals.arrival_id end
            as arrival_id,
        case when arrivals.arrival_date <= pegs.end_date and not coalesce(supplies.is_open, false) then arrivals.arrival_date end
            as arrival_date
    from pegs
    left join {{ ref("int_supply") }} as supplies
        on pegs.supply_kind = supplies.supply_kind
        and pegs.supply_id = supplies.supply_id
    left join arrivals
        on pegs.supply_kind = arrivals.supply_kind
        and pegs.supply_id = arrivals.supply_id
)

select
    sales_order_line_id,
    min(business_date) as promise_made_date,
    max(expected_date) as expected_date,
    bool_and(supply_kind = 'stock') as is_from_stock,
    arg_max(
        struct_pack(
            kind := supply_kind,
            id := supply_id,
            arrival_id := coalesce(arrival_id, 0),
            arrival_date := arrival_date
        ),
        (coalesce(arrival_date, date '9999-12-31'), supply_id)
    ) filter (where supply_id is not null) as supply
from dated
group by all
