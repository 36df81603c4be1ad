-- Which chain of supply, picking and transport does each late line hang on? One row per late sales order line.
-- Walked back from delivery. ready_by_date = promise - lane days - pick days is when the goods had to be ready; the days after it are
-- split exactly: carrier + picking + availability = late_days, each actual minus standard, time won back negative.
-- The supply is known by the lots shipped (lot -> receipt or work order), else by the pegs archived when the promise was made.
with company as (
    select * from {{ ref("int_company") }}
),

late as (
    select
        lines.*,
        -- The end of the wait: delivered, cancelled, or as far as the record goes.
        lines.first_date + cast(lines.late_days as integer) as end_date
    from {{ ref("fct_sales_line") }} as lines
    where lines.is_late
),

lanes as (
    select
        lanes.warehouse_id,
        cast(min(lanes.transit_days) as integer) as lane_days
    from {{ ref("stg_carrier_lane") }} as lanes
    group by all
),

shipped_so_far as (
    select
        *,
        sum(quantity_micro) over (
            partition by sales_order_line_id
            order by shipped_date, shipment_line_id
        ) as shipped_so_far_micro
    from {{ ref("fct_delivery") }}
),

-- The shipment that made the line whole, or would once it arrives.
critical_shipments as (
    select
        late.sales_order_line_id,
        arg_max(
            struct_pack(
                shipment_id := shipped.shipment_id,
                number := shipped.shipment_number,
                shipped_date := shipped.shipped_date,
                lane_days := shipped.expected_delivery_date - shipped.shipped_date,
                picked_date := shipped.picked_date
            ),
            (coalesce(shipped.delivered_date, date '9999-12-31'), shipped.shipment_line_id)
        ) as shipment
    from late
    inner join shipped_so_far as shipped
        on late.sales_order_line_id = shipped.sales_order_line_id
        and (
            shipped.delivered_date = late.delivered_date
            or (
                late.delivered_date is null
                and shipped.delivered_date is null
                and late.shipped_quantity_micro >= late.due_quantity_micro
            )
        )
    group by all
),

allocations as (
    select
        demand_line_id as sales_order_line_id,
        min(allocated_date) as first_allocated_date,
        max(allocated_date) filter (where state in ('consumed', 'open')) as last_allocated_date,
        arg_max(taken_by_line_id, allocation_id) filter (where taken_by_line_id is not null) as taken_by_line_id,
        min(allocated_date) filter (where taken_by_line_id is not null) as taken_from_date,
        min(allocated_date) filter (
            where state = 'released' and taken_by_line_id is null and release_reason like '%count%'
        ) as miscounted_from_date
    from {{ ref("stg_allocation") }}
    where demand_kind = 'sales_order_line'
    group by all
),

-- Candidates by genealogy: the lots that left with the critical shipment.
lot_supplies as (
    select
        critical_shipments.sales_order_line_id,
        supplies.supply_kind,
        supplies.supply_id,
        supplies.received_date,
        supplies.available_date,
        1 as evidence_rank
    from critical_shipments
    inner join {{ ref("stg_shipment_line") }} as lines
        on critical_shipments.shipment.shipment_id = lines.shipment_id
        and critical_shipments.sales_order_line_id = lines.sales_order_line_id
    inner join {{ ref("int_supply_receipt") }} as supplies
        on lines.lot_id = supplies.lot_id
),

first_pegs as (
    select pegs.*
    from {{ ref("stg_promise_peg") }} as pegs
    -- Only what the first promise rested on.
    qualify pegs.posting_sequence = min(pegs.posting_sequence) over (partition by pegs.sales_order_line_id)
),

peg_facts as (
    select
        sales_order_line_id,
        min(business_date) as promise_made_date,
        max(expected_date) as pegged_date,
        bool_or(supply_kind in ('planned', 'none')) as is_unordered,
        bool_and(supply_kind = 'stock') as is_from_stock
    from first_pegs
    group by all
),

peg_supplies as (
    select
        first_pegs.sales_order_line_id,
        first_pegs.supply_kind,
        first_pegs.supply_id,
        coalesce(purchases.full_received_date, purchases.last_received_date, work_orders.actual_end_date) as received_date,
        case
            when first_pegs.supply_kind = 'purchase_order_line' then coalesce(inspections.available_date, purchases.full_received_date)
            else work_orders.actual_end_date
        end as available_date,
        2 as evidence_rank
    from first_pegs
    left join {{ ref("fct_purchase_line") }} as purchases
        on first_pegs.supply_kind = 'purchase_order_line'
        and first_pegs.supply_id = purchases.purchase_order_line_id
    left join (
        select purchase_order_line_id, max(inspected_date) as available_date
        from {{ ref("fct_supplier_receipt") }}
        group by all
    ) as inspections
        on first_pegs.supply_kind = 'purchase_order_line'
        and first_pegs.supply_id = inspections.purchase_order_line_id
    left join {{ ref("stg_work_order") }} as work_orders
        on first_pegs.supply_kind = 'work_order'
        and first_pegs.supply_id = work_orders.work_order_id
    where first_pegs.supply_kind in ('purchase_order_line', 'work_order', 'transfer_order_line')
        and first_pegs.supply_id is not null
),

-- The one that came last decides; what has not come yet is later than anything.
critical_supplies as (
    select *
    from (
        select * from lot_supplies
        union all by name
        select * from peg_supplies
    )
    qualify row_number() over (
        partition by sales_order_line_id
        order by evidence_rank, coalesce(available_date, date '9999-12-31') desc, supply_id desc
    ) = 1
),

standards as (
    select
        late.sales_order_line_id,
        late.order_number,
        late.item_id,
        late.warehouse_id,
        late.first_date,
        late.end_date,
        late.late_days,
        late.is_open,
        late.delivered_date is not null as is_delivered,
        late.is_cancelled_after_promise and late.delivered_date is null and not late.is_open as is_cancelled,
        late.cancel_reason,
        late.order_date,
        critical_shipments.shipment.shipped_date as shipped_date,
        critical_shipments.shipment.number as shipment_number,
        cast(coalesce(critical_shipments.shipment.lane_days, lanes.lane_days, 0) as integer) as lane_days,
        cast({{ var("pick_days") }} as integer) as pick_days,
        allocations.last_allocated_date,
        allocations.taken_by_line_id,
        allocations.taken_from_date,
        allocations.miscounted_from_date,
        supplies.supply_kind,
        supplies.supply_id,
        supplies.received_date,
        supplies.available_date,
        supplies.evidence_rank,
        peg_facts.promise_made_date,
        peg_facts.pegged_date,
        coalesce(peg_facts.is_unordered, false) as is_unordered,
        coalesce(peg_facts.is_from_stock, false) as is_from_stock,
        peg_facts.sales_order_line_id is not null as has_pegs
    from late
    left join critical_shipments
        on late.sales_order_line_id = critical_shipments.sales_order_line_id
    left join lanes
        on late.warehouse_id = lanes.warehouse_id
    left join allocations
        on late.sales_order_line_id = allocations.sales_order_line_id
    left join critical_supplies as supplies
        on late.sales_order_line_id = supplies.sales_order_line_id
    left join peg_facts
        on late.sales_order_line_id = peg_facts.sales_order_line_id
),

timed as (
    select
        *,
        first_date - lane_days - pick_days as ready_by_date,
        -- Ready: tied to the line, else usable, else picked in the standard time; nothing of it if the goods are not there yet.
        case
            when last_allocated_date is not null then last_allocated_date
            when shipped_date is not null and available_date <= shipped_date then available_date
            when shipped_date is not null then shipped_date - pick_days
        end as ready_date
    from standards
),

availability as (
    select
        *,
        least(
            case
                when ready_date is null then late_days
                else greatest(ready_date - ready_by_date, 0)
            end,
            -- A line still under way cannot have lost more days than have passed.
            case when is_delivered then 100000 else late_days end
        ) as availability_days,
        case
            when shipped_date is null then 0
            when is_delivered then end_date - shipped_date - lane_days
            else greatest(end_date - shipped_date - lane_days, 0)
        end as open_carrier_days
    from timed
)

select
    * exclude (open_carrier_days),
    least(open_carrier_days, case when is_delivered then 100000 else late_days - availability_days end) as carrier_days,
    late_days
    - availability_days
    - least(open_carrier_days, case when is_delivered then 100000 else late_days - availability_days end) as picking_days
from availability
