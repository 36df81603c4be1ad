-- Which value came to or left which kind of place on which day? One row per item, place kind, other side's kind, warehouse,
-- movement type, side (-1 left, +1 arrived) and day: movement lines and value entries together, both sides, so the sum over all places is zero.
-- item_id is the valued item (work in progress belongs to what is made); moved_item_id is the item that physically moved.
-- A run sums again the days for which something was posted since the last one, however long ago they are.
{# Read only while going on, so dbt does not see them otherwise. #}
{%- if not execute %}
-- depends_on: {{ ref("int_changed_value_day") }}
{%- endif %}
{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="business_date",
    on_schema_change="fail",
) }}
with locations as (
    select * from {{ ref("stg_location") }}
),

work_orders as (
    select work_order_id, item_id from {{ ref("stg_work_order") }}
),

company as (
    select * from {{ ref("int_company") }}
),

entries as (
    select
        entries.entry_kind,
        entries.document_kind,
        entries.business_date,
        entries.item_id,
        work_orders.item_id as made_item_id,
        cast(entries.amount as bigint) * company.micro_per_minor as value_micro,
        from_places.kind as from_kind,
        from_places.warehouse_id as from_warehouse_id,
        to_places.kind as to_kind,
        to_places.warehouse_id as to_warehouse_id
    from {{ ref("stg_value_entry") }} as entries
    inner join locations as from_places
        on entries.from_location_id = from_places.location_id
    inner join locations as to_places
        on entries.to_location_id = to_places.location_id
    left join work_orders
        on entries.document_kind = 'work_order'
        and entries.document_id = work_orders.work_order_id
    cross join company
),

entry_sides as (
    select
        *, -1 as side, from_kind as location_kind, to_kind as other_kind, coalesce(from_warehouse_id, to_warehouse_id) as warehouse_id
    from entries
    union all by name
    select
        *, 1 as side, to_kind as location_kind, from_kind as other_kind, coalesce(to_warehouse_id, from_warehouse_id) as warehouse_id
    from entries
),

flows as (
    select
        valued_item_id as item_id,
        item_id as moved_item_id,
        location_kind,
        other_kind,
        warehouse_id,
        other_warehouse_id,
        movement_type as flow_kind,
        side,
        business_date,
        quantity_change_micro,
        value_change_micro
    from {{ ref("fct_movement_line") }}
    union all by name
    select
        case when location_kind = 'production' then coalesce(made_item_id, item_id) else item_id end as item_id,
        item_id as moved_item_id,
        location_kind,
        other_kind,
        warehouse_id,
        null as other_warehouse_id,
        entry_kind as flow_kind,
        side,
        business_date,
        0 as quantity_change_micro,
        side * value_micro as value_change_micro
    from entry_sides
)

select
    item_id,
    moved_item_id,
    location_kind,
    other_kind,
    warehouse_id,
    other_warehouse_id,
    flow_kind,
    cast(side as integer) as side,
    business_date,
    cast(sum(quantity_change_micro) as bigint) as quantity_change_micro,
    cast(sum(value_change_micro) as bigint) as value_change_micro
from flows
{%- if is_incremental() %}
where business_date in (select business_date from {{ ref("int_changed_value_day") }})
{%- endif %}
group by all
