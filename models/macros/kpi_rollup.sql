{#
Sum facts to every dimension and period a KPI is stated for.

facts: relation with reading, fact_date, numerator, denominator, record_count and the key columns named in `dimensions`.
dimensions: {"item": "item_id", ...}; the company has key ''. period_kinds: which of week, month, quarter, ttm; `week_dimensions`
limits the weeks to the dimensions that are looked at weekly. Everything is a sum, so a year is the sum of its months.
#}
{% macro kpi_rollup(facts, dimensions, period_kinds=["month", "quarter", "ttm"], week_dimensions=[]) -%}
(
    with base as (
        {%- for dimension, key in dimensions.items() %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ dimension }}' as dimension,
            {% if key %}cast({{ key }} as varchar){% else %}''{% endif %} as dimension_key,
            reading,
            cast(date_trunc('month', fact_date) as date) as month_start,
            {% if "week" in period_kinds and dimension in week_dimensions -%}
            cast(date_trunc('week', fact_date) as date)
            {%- else -%}
            cast(null as date)
            {%- endif %} as week_start,
            sum(numerator) as numerator,
            sum(denominator) as denominator,
            sum(record_count) as record_count
        from {{ facts }}
        {% if key %}where {{ key }} is not null{% endif %}
        group by all
        {%- endfor %}
    )
    {%- for kind in period_kinds %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ kind }}' as period_kind,
        {% if kind == "week" -%} week_start
        {%- elif kind == "month" -%} month_start
        {%- elif kind == "quarter" -%} cast(date_trunc('quarter', month_start) as date)
        {%- else -%} cast(month_start - to_months(months_later.months_later) as date)
        {%- endif %} as period_start,
        dimension,
        dimension_key,
        reading,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        cast(sum(record_count) as bigint) as record_count
    from base
    {%- if kind == "ttm" %}
    -- A month belongs to the twelve trailing years that begin 0 to 11 months before it.
    cross join (select cast(unnest(range(12)) as integer) as months_later) as months_later
    {%- endif %}
    {% if kind == "week" %}where week_start is not null{% endif %}
    group by all
    {%- endfor %}
)
{%- endmacro %}
