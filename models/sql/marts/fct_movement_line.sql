-- What left where and arrived where, at which cost? One row per movement line and side: -1 leaves, +1 arrives.
-- A side at a virtual place (customer, supplier, scrap ...) has no warehouse of its own and carries that of the other side.
-- Work in progress belongs to what is being made, so the production side names the work order's item as valued item.
-- Movement lines never change: a run adds those posted since the last one.
{# Read only while going on, so dbt does not see them otherwise. #}
{%- if not execute %}
-- depends_on: {{ source("pipeline", "models_built") }}
{%- endif %}
{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="movement_line_id",
    on_schema_change="fail",
) }}
with lines as (
    select *
    from {{ ref("stg_movement_line") }}
    {%- if is_incremental() %}
    where posting_sequence > {{ built_watermark() }}
    {%- endif %}
),

movements as (
    select * from {{ ref("stg_movement") }}
),

locations as (
    select * from {{ ref("stg_location") }}
),

work_orders as (
    select work_order_id, item_id from {{ ref("stg_work_order") }}
),

company as (
    select * from {{ ref("int_company") }}
),

joined as (
    select
        lines.movement_line_id,
        lines.movement_id,
        movements.movement_type,
        movements.document_kind,
        movements.document_id,
        lines.document_line_id,
        movements.reason_code,
        movements.reversal_of_movement_id,
        lines.business_date,
        lines.item_id,
        lines.lot_id,
        lines.quantity,
        cast(lines.cost_amount as bigint) * company.micro_per_minor as cost_micro,
        lines.from_location_id,
        lines.from_status,
        from_places.kind as from_kind,
        from_places.warehouse_id as from_warehouse_id,
        lines.to_location_id,
        lines.to_status,
        to_places.kind as to_kind,
        to_places.warehouse_id as to_warehouse_id,
        case when movements.document_kind = 'work_order' then work_orders.item_id end as made_item_id,
        lines.posting_sequence
    from lines
    inner join movements
        on lines.movement_id = movements.movement_id
    inner join locations as from_places
        on lines.from_location_id = from_places.location_id
    inner join locations as to_places
        on lines.to_location_id = to_places.location_id
    left join work_orders
        on movements.document_kind = 'work_order'
        and movements.document_id = work_orders.work_order_id
    cross join company
),

sides as (
    select
        *,
        -1 as side,
        from_location_id as location_id,
        from_status as status,
        from_kind as location_kind,
        to_kind as other_kind,
        coalesce(from_warehouse_id, to_warehouse_id) as warehouse_id,
        to_warehouse_id as other_warehouse_id
    from joined
    union all by name
    select
        *,
        1 as side,
        to_location_id as location_id,
        to_status as status,
        to_kind as location_kind,
        from_kind as other_kind,
        coalesce(to_warehouse_id, from_warehouse_id) as warehouse_id,
        from_warehouse_id as other_warehouse_id
    from joined
)

select
    movement_line_id,
    cast(side as integer) as side,
    movement_id,
    movement_type,
    document_kind,
    document_id,
    document_line_id,
    reason_code,
    reversal_of_movement_id,
    business_date,
    item_id,
    case when location_kind = 'production' then coalesce(made_item_id, item_id) else item_id end as valued_item_id,
    lot_id,
    location_id,
    location_kind,
    status,
    warehouse_id,
    other_kind,
    other_warehouse_id,
    from_location_id,
    to_location_id,
    side * quantity as quantity_change_micro,
    side * cost_micro as value_change_micro,
    posting_sequence
from sides
