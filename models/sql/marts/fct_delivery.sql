-- When did the customer have what we shipped? One row per shipment line.
-- delivered_date: signed for, else delivered by the carrier, else shipped + lane days once that day has passed (delivery_basis says which).
with lines as (
    select * from {{ ref("stg_shipment_line") }}
),

shipments as (
    select * from {{ ref("stg_shipment") }}
),

company as (
    select * from {{ ref("int_company") }}
),

dated as (
    select
        lines.shipment_line_id,
        lines.shipment_id,
        shipments.number as shipment_number,
        lines.sales_order_line_id,
        lines.item_id,
        lines.lot_id,
        lines.location_id,
        shipments.customer_id,
        shipments.warehouse_id,
        shipments.carrier_id,
        shipments.region,
        lines.quantity as quantity_micro,
        lines.picked_date,
        shipments.shipped_date,
        coalesce(shipments.expected_delivery_date, shipments.shipped_date) as expected_delivery_date,
        shipments.carrier_delivered_date,
        shipments.signed_date,
        shipments.status as shipment_status,
        case
            when shipments.status = 'lost' then null
            when shipments.signed_date is not null then shipments.signed_date
            when shipments.carrier_delivered_date is not null then shipments.carrier_delivered_date
            else coalesce(shipments.expected_delivery_date, shipments.shipped_date)
        end as delivered_date,
        case
            when shipments.status = 'lost' then 'lost'
            when shipments.signed_date is not null then 'signed'
            when shipments.carrier_delivered_date is not null then 'carrier'
            else 'assumed'
        end as delivery_basis
    from lines
    inner join shipments
        on lines.shipment_id = shipments.shipment_id
)

select
    dated.* replace (
        case when dated.delivered_date <= company.data_through then dated.delivered_date end as delivered_date
    )
from dated
cross join company
