-- K2: how many orders, and how many lines, came whole by their promise? One row per reading x period x dimension value.
-- Headline at the company: orders, each line by its own first promise, in the period of the last first promise. Below the company:
-- the same rule per line. Beside it: by requested date, by last promise, quantity on time, mean and 90th percentile lateness.
with lines as (
    select
        lines.*,
        items.category_id
    from {{ ref("fct_sales_line") }} as lines
    inner join {{ ref("dim_item") }} as items
        on lines.item_id = items.item_id
),

counted_orders as (
    select
        reading,
        fact_date,
        customer_id,
        cast(is_on_time as integer) as numerator,
        1 as denominator,
        1 as record_count
    from {{ ref("int_order_on_time") }}
),

customer_orders as (
    select * replace ('by_order' as reading)
    from counted_orders
    where reading = 'headline'
),

line_facts as (
    {%- for measure, day, reading in [
        ("first", "first_date", "headline"),
        ("last", "last_date", "by_last_promise"),
        ("requested", "requested_date", "by_requested"),
    ] %}
    select
        '{{ reading }}' as reading,
        {{ day }} as fact_date,
        item_id,
        category_id,
        warehouse_id,
        customer_id,
        cast(is_{{ measure }}_on_time as integer) as numerator,
        1 as denominator,
        1 as record_count
    from lines
    where is_{{ measure }}_due
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

company_line_facts as (
    select * replace ('line' as reading)
    from line_facts
    where reading = 'headline'
),

shared_facts as (
    select
        'otif_quantity' as reading,
        first_date as fact_date,
        item_id,
        category_id,
        warehouse_id,
        customer_id,
        {{ from_micro("least(delivered_by_first_promise_micro, due_quantity_micro)") }} as numerator,
        {{ from_micro("due_quantity_micro") }} as denominator,
        1 as record_count
    from lines
    where is_first_due
    union all
    select
        'mean_lateness' as reading,
        first_date as fact_date,
        item_id,
        category_id,
        warehouse_id,
        customer_id,
        late_days as numerator,
        1 as denominator,
        1 as record_count
    from lines
    where is_late
),

late_by_dimension as (
    {%- for dimension, key in [
        ("company", none), ("item", "item_id"), ("category", "category_id"), ("warehouse", "warehouse_id"), ("customer", "customer_id"),
    ] %}
    select
        '{{ dimension }}' as dimension,
        {% if key %}cast({{ key }} as varchar){% else %}''{% endif %} as dimension_key,
        first_date as fact_date,
        late_days
    from lines
    where is_late
    {% if key %}and {{ key }} is not null{% endif %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

p90_lateness as (
    select
        periods.period_kind,
        periods.period_start,
        late_by_dimension.dimension,
        late_by_dimension.dimension_key,
        'p90_lateness' as reading,
        -- Nearest rank: a number of days that really occurred.
        quantile_disc(late_by_dimension.late_days, 0.9) as numerator,
        1 as denominator,
        count(*) as record_count
    from late_by_dimension
    inner join {{ ref("int_periods") }} as periods
        on late_by_dimension.fact_date between periods.period_start and periods.period_end
    where periods.period_kind <> 'week'
        or late_by_dimension.dimension <> 'item'
    group by all
),

rolled_up as (
    select * from {{ kpi_rollup(
        "counted_orders", {"company": none}, ["week", "month", "quarter", "ttm"], ["company"],
    ) }}
    union all by name
    select * from {{ kpi_rollup(
        "customer_orders", {"customer": "customer_id"}, ["week", "month", "quarter", "ttm"], ["customer"],
    ) }}
    union all by name
    select * from {{ kpi_rollup(
        "line_facts",
        {"item": "item_id", "category": "category_id", "warehouse": "warehouse_id", "customer": "customer_id"},
        ["week", "month", "quarter", "ttm"], ["category", "warehouse", "customer"],
    ) }}
    union all by name
    select * from {{ kpi_rollup(
        "company_line_facts", {"company": none}, ["week", "month", "quarter", "ttm"], ["company"],
    ) }}
    union all by name
    select * from {{ kpi_rollup(
        "shared_facts",
        {
            "company": none, "item": "item_id", "category": "category_id", "warehouse": "warehouse_id",
            "customer": "customer_id",
        },
        ["week", "month", "quarter", "ttm"], ["company", "category", "warehouse", "customer"],
    ) }}
    union all by name
    select * from p90_lateness
)

select
    'on_time_delivery' as kpi,
    reading,
    case when reading in ('mean_lateness', 'p90_lateness') then 'days' else 'rate' end as unit,
    period_kind,
    period_start,
    dimension,
    dimension_key,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    record_count
from rolled_up
