-- What moved in or out of each warehouse in the last year? One row per movement line and warehouse it changed.
with sides as (
    select *
    from {{ ref("fct_movement_line") }}
    where location_kind in ('bin', 'in_transit')
),

recent as (
    select
        sides.movement_line_id,
        sides.business_date,
        sides.movement_type,
        sides.document_kind,
        sides.document_id,
        sides.item_id,
        sides.lot_id,
        sides.warehouse_id,
        sides.from_location_id,
        sides.to_location_id,
        -- Both sides in the same warehouse (put-away, status change) net to zero: shown once.
        cast(sum(sides.quantity_change_micro) as bigint) as quantity_change_micro
    from sides
    cross join {{ ref("int_company") }} as company
    where sides.business_date > company.data_through - 365
    group by all
)

select
    recent.movement_line_id,
    recent.business_date,
    recent.movement_type,
    recent.document_kind,
    numbers.document_number,
    {{ item_labels() }},
    {{ warehouse_labels() }},
    from_places.code as from_location,
    to_places.code as to_location,
    lots.code as lot_code,
    {{ from_micro("recent.quantity_change_micro") }} as quantity_change
from recent
inner join {{ ref("dim_item") }} as items
    on recent.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on recent.warehouse_id = warehouses.warehouse_id
inner join {{ ref("stg_location") }} as from_places
    on recent.from_location_id = from_places.location_id
inner join {{ ref("stg_location") }} as to_places
    on recent.to_location_id = to_places.location_id
left join {{ ref("int_document_number") }} as numbers
    on recent.document_kind = numbers.document_kind
    and recent.document_id = numbers.document_id
left join {{ ref("stg_lot") }} as lots
    on recent.lot_id = lots.lot_id
