-- Which supplier would serve a suggestion best, at which expected cost? One row per planned buy order x supplier.
select
    ranking.planned_order_id,
    {{ supplier_labels() }},
    ranking.rank,
    {{ from_micro("ranking.unit_price") }} as unit_price,
    {{ from_micro("ranking.expected_cost_micro") }} as expected_cost,
    {{ from_micro("ranking.purchase_cost_micro") }} as purchase_cost,
    {{ from_micro("ranking.holding_cost_micro") }} as holding_cost,
    {{ from_micro("ranking.lateness_cost_micro") }} as lateness_cost,
    {{ from_micro("ranking.quality_cost_micro") }} as quality_cost,
    ranking.gate
from {{ source("plan", "supplier_ranking") }} as ranking
inner join {{ ref("dim_supplier") }} as suppliers
    on ranking.supplier_id = suppliers.supplier_id
