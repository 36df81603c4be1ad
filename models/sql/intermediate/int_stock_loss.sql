{{ config(materialized="ephemeral") }}
-- Which stock turned out not to be there? One row per movement line that wrote usable stock off as a count difference.
select
    item_id,
    warehouse_id,
    location_id,
    lot_id,
    business_date
from {{ ref("fct_movement_line") }}
where side = -1
    and location_kind = 'bin'
    and status = 'available'
    and other_kind = 'count_difference'
    and reversal_of_movement_id is null
