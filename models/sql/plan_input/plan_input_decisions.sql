{{ config(alias="decisions") }}
-- Which suggestions were already decided? One row per decision that stands.
select
    planned_order_id,
    item_location_id,
    kind,
    strftime(need_period, '%Y-%m-%d') as need_period,
    ordinal,
    decision,
    until_date,
    coalesce(decided_quantity, suggested_quantity) as quantity
from {{ ref("stg_suggestion_decision") }}
where is_current
