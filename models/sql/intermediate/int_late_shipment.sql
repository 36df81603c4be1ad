{{ config(materialized="ephemeral") }}
-- When had each late line to leave, and when did it? One row per late sales order line.
-- end_date: delivered, cancelled, or as far as the record goes. effective_date: the promise, moved by the customer's own changes.
-- need_date = effective_date - lane days - pick days: the goods had to be there. Of a step that is not over, only the days that have
-- passed count as its standard: a line that has not left needs nothing for the road yet. promise_need_date: the same by the full
-- standards, which is what a promise had to leave time for.
with late as (
    select
        *,
        first_date + cast(late_days as integer) as end_date
    from {{ ref("fct_sales_line") }}
    where is_late
),

shipped_so_far as (
    select
        *,
        sum(quantity_micro) over (
            partition by sales_order_line_id
            order by shipped_date, shipment_line_id
        ) as shipped_so_far_micro
    from {{ ref("fct_delivery") }}
    where sales_order_line_id in (select sales_order_line_id from late)
),

-- The shipment that made the line whole, or would once it arrives.
critical_shipments as (
    select
        late.sales_order_line_id,
        arg_max(
            struct_pack(
                shipment_id := shipped.shipment_id,
                number := shipped.shipment_number,
                carrier_id := shipped.carrier_id,
                shipped_date := shipped.shipped_date,
                lane_days := cast(shipped.expected_delivery_date - shipped.shipped_date as integer)
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

lanes as (
    select
        warehouse_id,
        region,
        cast(min(transit_days) as integer) as lane_days
    from {{ ref("stg_carrier_lane") }}
    group by all
),

joined as (
    select
        late.sales_order_line_id,
        late.sales_order_id,
        late.order_number,
        late.item_id,
        late.warehouse_id,
        late.first_date,
        late.end_date,
        cast(late.late_days as integer) as late_days,
        late.due_quantity_micro,
        late.ordered_quantity_micro
        - late.cancelled_quantity_micro
        - late.shipped_quantity_micro
        - late.allocated_quantity_micro as untied_quantity_micro,
        late.delivered_date is not null as is_delivered,
        late.delivered_date is null and late.is_cancelled_after_promise and not late.is_open as is_cancelled,
        late.cancel_reason,
        coalesce(moves.customer_days, 0) as customer_days,
        moves.moved_to_date,
        shipments.shipment.shipment_id as shipment_id,
        shipments.shipment.number as shipment_number,
        shipments.shipment.carrier_id as carrier_id,
        shipments.shipment.shipped_date as shipped_date,
        shipments.shipment.lane_days as lane_days,
        pick_days.pick_days,
        -- What the promise had to leave time for, whether or not it has left.
        pick_days.pick_days + coalesce(shipments.shipment.lane_days, lanes.lane_days, 0) as promise_run_days
    from late
    inner join {{ ref("stg_customer") }} as customers
        on late.customer_id = customers.customer_id
    left join lanes
        on late.warehouse_id = lanes.warehouse_id
        and customers.region = lanes.region
    inner join {{ ref("int_pick_days") }} as pick_days
        on late.warehouse_id = pick_days.warehouse_id
    left join {{ ref("int_customer_move") }} as moves
        on late.sales_order_line_id = moves.sales_order_line_id
    left join critical_shipments as shipments
        on late.sales_order_line_id = shipments.sales_order_line_id
),

timed as (
    select
        * replace (
            case
                when shipped_date is null then 0
                when is_delivered then lane_days
                else greatest(least(lane_days, cast(end_date - shipped_date as integer)), 0)
            end as lane_days,
            case when shipped_date is null then 0 else pick_days end as pick_days
        ),
        first_date + customer_days as effective_date,
        coalesce(shipped_date, end_date) as left_date
    from joined
)

select
    *,
    effective_date - promise_run_days as promise_need_date,
    effective_date - lane_days - pick_days as need_date,
    cast(end_date - left_date - lane_days as integer) as carrier_days
from timed
