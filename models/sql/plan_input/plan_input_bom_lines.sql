{{ config(alias="bom_lines") }}
-- What goes into what, and from when to when? One row per bill x component x effectivity.
-- Of the bills that hold on a day the planner uses the lowest priority number; a later bill of the same priority ends the earlier
-- one the day before.
with bills as (
    select
        bom_id,
        item_id,
        output_quantity,
        priority,
        valid_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(
                lead(valid_from) over (partition by item_id, priority order by valid_from, bom_id) - 1,
                date '9999-12-31'
            )
        ) as valid_to
    from {{ ref("stg_bill_of_materials") }}
),

lines as (
    select * from {{ ref("stg_bom_line") }}
)

select
    bills.item_id as parent_item_id,
    lines.component_item_id,
    lines.component_quantity,
    bills.output_quantity,
    lines.scrap_ppm,
    lines.is_fixed,
    greatest(bills.valid_from, lines.valid_from) as valid_from,
    nullif(
        least(bills.valid_to, coalesce(lines.valid_to, date '9999-12-31')),
        date '9999-12-31'
    ) as valid_to,
    bills.bom_id,
    bills.priority as bom_priority
from lines
inner join bills
    on lines.bom_id = bills.bom_id
where greatest(bills.valid_from, lines.valid_from) <= least(bills.valid_to, coalesce(lines.valid_to, date '9999-12-31'))
