{{ config(alias="substitutes") }}
-- What may stand in for a component, from when to when? One row per parent (null: any) x component x substitute x effectivity.
select
    parent_item_id,
    component_item_id,
    substitute_item_id,
    component_quantity,
    substitute_quantity,
    priority,
    is_use_up,
    valid_from,
    valid_to
from {{ ref("stg_component_substitute") }}
