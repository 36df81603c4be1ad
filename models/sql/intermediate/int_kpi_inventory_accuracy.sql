-- K4: does the shelf hold what the book says? One row per reading x period x dimension value.
-- Headline: records that match / records counted. Beside it: book quantity of matching records, overlap, and 1 - differences / book, by
-- quantity for a single item and by value above it. Every record is judged on its own, so errors that offset never cancel.
with records as (
    select
        counts.*,
        items.category_id,
        classes.abc_class,
        counts.warehouse_id || ':' || counts.zone as zone_key,
        {{ extended_micro("counts.book_quantity_micro", "counts.unit_cost_micro") }} as book_value_micro,
        {{ extended_micro(
            "least(counts.book_quantity_micro, counts.counted_quantity_micro)", "counts.unit_cost_micro",
        ) }} as least_value_micro,
        {{ extended_micro(
            "greatest(counts.book_quantity_micro, counts.counted_quantity_micro)", "counts.unit_cost_micro",
        ) }} as greatest_value_micro
    from {{ ref("fct_count_line") }} as counts
    inner join {{ ref("dim_item") }} as items
        on counts.item_id = items.item_id
    left join {{ ref("int_item_class") }} as classes
        on counts.item_id = classes.item_id
        and counts.warehouse_id = classes.warehouse_id
),

record_facts as (
    select
        'headline' as reading,
        count_date as fact_date,
        item_id,
        category_id,
        warehouse_id,
        zone_key,
        abc_class,
        counter_id,
        cast(is_match as integer) as numerator,
        1 as denominator,
        1 as record_count
    from records
),

{%- for name, unit in [("quantity_facts", "quantity"), ("value_facts", "value")] %}
{{ name }} as (
    {%- if unit == "quantity" %}
    {%- set book, low, high = "book_quantity_micro", "least(book_quantity_micro, counted_quantity_micro)", "greatest(book_quantity_micro, counted_quantity_micro)" %}
    {%- else %}
    {%- set book, low, high = "book_value_micro", "least_value_micro", "greatest_value_micro" %}
    {%- endif %}
    {%- for reading, numerator, denominator in [
        ("quantity", "case when is_match then " ~ book ~ " else 0 end", book),
        ("overlap", low, high),
        ("value", book ~ " - (" ~ high ~ " - " ~ low ~ ")", book),
    ] %}
    select
        '{{ reading }}' as reading,
        count_date as fact_date,
        item_id,
        category_id,
        warehouse_id,
        zone_key,
        abc_class,
        counter_id,
        {{ from_micro(numerator) }} as numerator,
        {{ from_micro(denominator) }} as denominator,
        1 as record_count
    from records
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),
{% endfor %}
rolled_up as (
    select * from {{ kpi_rollup(
        "record_facts",
        {
            "company": none, "item": "item_id", "category": "category_id", "warehouse": "warehouse_id", "zone": "zone_key",
            "abc_class": "abc_class", "counter": "counter_id",
        },
    ) }}
    union all by name
    select * from {{ kpi_rollup("quantity_facts", {"item": "item_id"}) }}
    union all by name
    select * from {{ kpi_rollup(
        "value_facts",
        {
            "company": none, "category": "category_id", "warehouse": "warehouse_id", "zone": "zone_key",
            "abc_class": "abc_class", "counter": "counter_id",
        },
    ) }}
)

select
    'inventory_accuracy' as kpi,
    reading,
    'rate' as unit,
    period_kind,
    period_start,
    dimension,
    dimension_key,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    record_count
from rolled_up
