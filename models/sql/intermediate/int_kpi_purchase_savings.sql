-- K3: what did buying save against the reference frozen before quotes? One row per reading x period x dimension value.
-- (planned - actual) / planned on the quantity needed. Beside it: against the best and the mean quote, purchase price variance and
-- cost above need in money, and how many lines have no reference.
with lines as (
    select
        lines.*,
        items.category_id
    from {{ ref("fct_purchase_line") }} as lines
    inner join {{ ref("dim_item") }} as items
        on lines.item_id = items.item_id
    where lines.is_counted
),

facts as (
    {%- for reading, numerator, denominator, condition in [
        ("headline", "planned_cost_micro - actual_cost_micro", "planned_cost_micro", "has_reference"),
        ("saving_amount", "planned_cost_micro - actual_cost_micro", none, "has_reference"),
        ("against_best_quote", "best_quote_cost_micro - actual_cost_micro", "best_quote_cost_micro", "best_quote_micro is not null"),
        ("against_mean_quote", "mean_quote_cost_micro - actual_cost_micro", "mean_quote_cost_micro", "mean_quote_micro is not null"),
        ("ppv", "ppv_micro", none, "ppv_micro is not null"),
        ("moq_excess", "moq_excess_cost_micro", none, "true"),
        ("spend", "spend_micro", none, "true"),
    ] %}
    select
        '{{ reading }}' as reading,
        order_date as fact_date,
        item_id,
        category_id,
        supplier_id,
        buyer_id,
        strategy,
        {{ from_micro(numerator) }} as numerator,
        {% if denominator %}{{ from_micro(denominator) }}{% else %}cast(null as decimal(38, 6)){% endif %} as denominator,
        1 as record_count
    from lines
    where {{ condition }}
    union all
    {%- endfor %}
    select
        'no_reference' as reading,
        order_date as fact_date,
        item_id,
        category_id,
        supplier_id,
        buyer_id,
        strategy,
        cast(not has_reference as integer) as numerator,
        1 as denominator,
        1 as record_count
    from lines
)

select
    'purchase_savings' as kpi,
    reading,
    case when reading in ('saving_amount', 'ppv', 'moq_excess', 'spend') then 'currency' else 'rate' end as unit,
    period_kind,
    period_start,
    dimension,
    dimension_key,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    record_count
from {{ kpi_rollup(
    "facts",
    {
        "company": none, "item": "item_id", "category": "category_id", "supplier": "supplier_id",
        "buyer": "buyer_id", "strategy": "strategy",
    },
) }}
