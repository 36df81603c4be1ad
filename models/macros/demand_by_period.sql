{#
Demand of every series in every period since it was first asked for (or something else of it was recorded).

learned_quantity = demand_quantity + adjustment_quantity, never below zero on any day. average_price: net value / quantity of what was
asked for; null where nothing was. returned_quantity counts when the goods came back.

is_in_stock: false when the shelf was empty at the close of any day of the period, so demand may be higher than what was asked for;
null before the stock of the series was recorded. is_complete: the whole period lies before data_through.
#}
{% macro demand_by_period(kind) -%}
with company as (
    select * from {{ ref("int_company") }}
),

demand as (
    select
        series_id,
        item_id,
        warehouse_id,
        cast(date_trunc('{{ kind }}', demand_date) as date) as period_start,
        sum(demand_quantity) as demand_quantity,
        sum(adjustment_quantity) as adjustment_quantity,
        sum(learned_quantity) as learned_quantity,
        max(largest_order_quantity) as largest_order_quantity,
        sum(shipped_quantity) as shipped_quantity,
        sum(returned_quantity) as returned_quantity,
        sum(asked_value) as asked_value,
        sum(order_line_count) as order_line_count
    from {{ ref("fct_demand_day") }}
    cross join company
    where demand_date <= data_through
    group by all
),

series as (
    select
        series_id,
        any_value(item_id) as item_id,
        any_value(warehouse_id) as warehouse_id,
        min(period_start) as first_period_start
    from demand
    group by all
),

periods as (
    select period_start, period_end, is_complete
    from {{ ref("int_periods") }}
    where period_kind = '{{ kind }}'
),

empty_shelves as (
    select item_id, warehouse_id, valid_from, valid_to
    from {{ ref("fct_stock_daily") }}
    where stock_class = 'on_hand'
        and quantity_micro <= 0
),

empty_periods as (
    select distinct empty_shelves.item_id, empty_shelves.warehouse_id, periods.period_start
    from empty_shelves
    inner join periods
        on empty_shelves.valid_from <= periods.period_end
        and empty_shelves.valid_to >= periods.period_start
),

first_stock as (
    select item_id, warehouse_id, min(valid_from) as first_stock_date
    from {{ ref("fct_stock_daily") }}
    where stock_class = 'on_hand'
    group by all
)

select
    series.series_id,
    series.item_id,
    series.warehouse_id,
    periods.period_start,
    cast(coalesce(demand.demand_quantity, 0) as decimal(38, 6)) as demand_quantity,
{%- for column in ["adjustment_quantity", "learned_quantity", "largest_order_quantity", "shipped_quantity", "returned_quantity", "asked_value"] %}
    cast(coalesce(demand.{{ column }}, 0) as decimal(38, 6)) as {{ column }},
{%- endfor %}
    {{ from_micro(scaled(to_micro("demand.asked_value"), "1000000", to_micro("demand.demand_quantity"))) }} as average_price,
    cast(coalesce(demand.order_line_count, 0) as bigint) as order_line_count,
    case
        when first_stock.first_stock_date > periods.period_end or first_stock.first_stock_date is null then null
        else empty_periods.period_start is null
    end as is_in_stock,
    periods.is_complete
from series
inner join periods
    on periods.period_start >= series.first_period_start
left join demand
    on series.series_id = demand.series_id
    and periods.period_start = demand.period_start
left join empty_periods
    on series.item_id = empty_periods.item_id
    and series.warehouse_id = empty_periods.warehouse_id
    and periods.period_start = empty_periods.period_start
left join first_stock
    on series.item_id = first_stock.item_id
    and series.warehouse_id = first_stock.warehouse_id
{%- endmacro %}
