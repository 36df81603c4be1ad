{{ config(alias="bom_lines") }}
-- What goes into what, and from when to when? One row per parent x component x effectivity.
-- Only the bill of first priority is planned; a later bill of the same priority ends the earlier one the day before.
with bills as (
    select
        bom_id,
        item_id,
        output_quantity,
        valid_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(
                lead(valid_from) over (partition by item_id order by valid_from, bom_id) - 1,
                date '9999-12-31'
            )
        ) as valid_to
    from {{ ref("stg_bill_of_materials") }}
    qualify priority = min(priority) over (partition by item_id)
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
    ) as valid_to
from lines
inner join bills
    on lines.bom_id = bills.bom_id
where greatest(bills.valid_from, lines.valid_from) <= least(bills.valid_to, coalesce(lines.valid_to, date '9999-12-31'))
