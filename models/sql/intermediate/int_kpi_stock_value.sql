-- What is the stock worth at the end of each period? One row per reading (all stock, or one class) x period x dimension value.
with ends as (
    select
        period_kind,
        period_start,
        least(period_end, data_through) as last_day
    from {{ ref("int_periods") }}
    cross join {{ ref("int_company") }}
    where period_kind <> 'ttm'
),

closings as (
    select
        ends.period_kind,
        ends.period_start,
        stock.item_id,
        items.category_id,
        stock.warehouse_id,
        stock.stock_class,
        {{ from_micro("stock.value_micro") }} as stock_value
    from {{ ref("fct_stock_daily") }} as stock
    inner join ends
        on ends.last_day between stock.valid_from and stock.valid_to
    left join {{ ref("dim_item") }} as items
        on stock.item_id = items.item_id
    where stock.value_micro <> 0
),

readings as (
    select *, 'headline' as reading from closings
    union all by name
    select *, stock_class as reading from closings
)

{%- for dimension, key in [("company", none), ("category", "category_id"), ("warehouse", "warehouse_id"), ("item", "item_id")] %}
{% if not loop.first %}union all{% endif %}
select
    'stock_value' as kpi,
    reading,
    'currency' as unit,
    period_kind,
    period_start,
    '{{ dimension }}' as dimension,
    {% if key %}cast({{ key }} as varchar){% else %}''{% endif %} as dimension_key,
    cast(sum(stock_value) as decimal(38, 6)) as numerator,
    cast(null as decimal(38, 6)) as denominator,
    count(*) as record_count
from readings
where {% if key %}{{ key }} is not null{% else %}true{% endif %}
{% if dimension == "item" %}    and reading = 'headline'
    and period_kind = 'month'{% endif %}
group by all
{%- endfor %}
