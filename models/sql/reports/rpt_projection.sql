-- How will stock run, with open supply only and with the plan? One row per series x event date.
select
    projection.item_location_id,
    projection.item_location_id as series_id,
    projection.date,
    {%- for name in [
        "projected", "projected_with_plan", "safety_stock", "gross_requirement", "scheduled_receipts", "planned_receipts",
    ] %}
    {{ from_micro("projection." ~ name ~ "_quantity") }} as {{ name }}_quantity{% if not loop.last %},{% endif %}
    {%- endfor %}
from {{ source("plan", "projection") }} as projection
