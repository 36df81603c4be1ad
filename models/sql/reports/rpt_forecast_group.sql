-- What was asked for and what is expected of items, categories, warehouses and the company? One row per level x group x frequency x unit
-- x period: history up to data_through, then the live forecast. Amounts are quantities at each item's present price, so that
-- history and forecast compare; quantities stand only where all members share a base unit. forecast_value equals the sum of its series.
{%- set levels = {
    "item": ["item_id"],
    "category_warehouse": ["category_id", "warehouse_id"],
    "category": ["category_id"],
    "warehouse": ["warehouse_id"],
    "company": [],
} %}
with company as (
    select * from {{ ref("int_company") }}
),

members as (
    select * from {{ source("forecast", "group_members") }}
),

series_periods as (
    select
        members.item_id,
        members.category_id,
        members.warehouse_id,
        members.unit as base_unit,
        -- Where no price is known there is no amount.
        coalesce(members.unit_price, 0) as unit_price,
        periods.* exclude (item_id, warehouse_id)
    from {{ ref("rpt_forecast") }} as periods
    inner join members
        on periods.series_id = members.series_id
),

both_units as (
    {%- for level, columns in levels.items() %}
    select
        '{{ level }}' as level,
        {% if columns -%}
        {% for column in columns %}coalesce(cast({{ column }} as varchar), ''){% if not loop.last %} || '|' || {% endif %}{% endfor %}
        {%- else -%}
        ''
        {%- endif %} as group_key,
        {%- for column in ["item_id", "category_id", "warehouse_id"] %}
        {{ column if column in columns else "cast(null as bigint)" }} as {{ column }},
        {%- endfor %}
        frequency,
        period_start,
        -- A period counts as ahead while it is ahead for any member.
        case when bool_or(kind = 'forecast') then 'forecast' else 'history' end as kind,
        bool_and(is_complete) as is_complete,
        case when count(distinct base_unit) = 1 then any_value(base_unit) end as base_unit,
        not bool_or(kind = 'history' and coalesce(demand_quantity, 0) > 0 and baseline_quantity is null) as is_past_whole,
        -- Decimals add up the same in any order.
        {%- for unit, factor in {"quantity": "1.0", "amount": "unit_price"}.items() %}
        struct_pack(
            unit := '{{ unit }}',
            demand_value := cast(sum(cast(demand_quantity * {{ factor }} as decimal(38, 9))) as double),
            past_forecast_value := cast(sum(cast(baseline_quantity * {{ factor }} as decimal(38, 9))) filter (where kind = 'history') as double),
            total_value := cast(sum(cast(total_quantity * {{ factor }} as decimal(38, 9))) filter (where kind = 'forecast') as double),
            last_year_value := cast(sum(cast(last_year_quantity * {{ factor }} as decimal(38, 9))) as double),
            last_forecast_value := cast(sum(cast(last_forecast_quantity * {{ factor }} as decimal(38, 9))) filter (where kind = 'forecast') as double)
        ) as in_{{ unit }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from series_periods
    group by {{ (columns + ["frequency", "period_start"]) | join(", ") }}
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
),

summed as (
    {%- for unit in ["quantity", "amount"] %}
    select * exclude (in_quantity, in_amount), unnest(in_{{ unit }})
    from both_units
    {%- if unit == "quantity" %}
    where base_unit is not null
    union all by name
    {%- endif %}
    {%- endfor %}
),

forecasts as (
    select
        level,
        group_key,
        frequency,
        unit,
        period_start,
        max(quantity) filter (where measure = 'mean') as forecast_value,
        max(quantity) filter (where measure = 'p10') as p10,
        max(quantity) filter (where measure = 'p90') as p90
    from {{ source("forecast", "group_forecasts") }}
    where (frequency, cutoff) in (
        select (frequency, max(cutoff)) from {{ source("forecast", "group_forecasts") }} group by frequency
    )
    group by all
),

overrides as (
    select
        *,
        case level
            {%- for level, columns in levels.items() %}
            when '{{ level }}' then
                {% for column in columns %}coalesce(cast({{ column }} as varchar), ''){% if not loop.last %} || '|' || {% endif %}{% else %}''{% endfor %}
            {%- endfor %}
        end as group_key
    from {{ source("forecast", "group_overrides") }}
)

select
    summed.level,
    summed.group_key,
    summed.item_id,
    summed.category_id,
    summed.warehouse_id,
    case summed.level
        when 'item' then items.sku || ' ' || items.item_name
        when 'category_warehouse' then coalesce(categories.name, '-') || ' · ' || warehouses.warehouse_name
        when 'category' then coalesce(categories.name, '')
        when 'warehouse' then warehouses.warehouse_name
        else company.company_name
    end as group_label,
    case summed.level
        when 'item' then items.sku || ' ' || items.item_name_zh
        when 'category_warehouse'
            then coalesce(nullif(categories.name_zh, ''), categories.name, '-') || ' · ' || warehouses.warehouse_name_zh
        when 'category' then coalesce(nullif(categories.name_zh, ''), categories.name, '')
        when 'warehouse' then warehouses.warehouse_name_zh
        else company.company_name_zh
    end as group_label_zh,
    items.sku,
    categories.code as category_code,
    warehouses.warehouse_code,
    summed.base_unit,
    summed.unit,
    summed.frequency,
    summed.period_start,
    summed.kind,
    summed.is_complete,
    summed.demand_value,
    case when summed.is_past_whole then summed.past_forecast_value end as past_forecast_value,
    case when summed.kind = 'forecast' then forecasts.forecast_value end as forecast_value,
    case when summed.kind = 'forecast' then forecasts.p10 end as p10,
    case when summed.kind = 'forecast' then forecasts.p90 end as p90,
    case when summed.unit = 'amount' then overrides.amount else overrides.quantity end as override_value,
    overrides.change as override_change,
    overrides.override_id is not null as is_overridden,
    summed.total_value,
    summed.last_year_value,
    summed.last_forecast_value
from summed
cross join company
left join forecasts
    on summed.level = forecasts.level
    and summed.group_key = forecasts.group_key
    and summed.frequency = forecasts.frequency
    and summed.unit = forecasts.unit
    and summed.period_start = forecasts.period_start
left join overrides
    on summed.level = overrides.level
    and summed.group_key = overrides.group_key
    and summed.frequency = overrides.frequency
    and summed.period_start = overrides.period_start
left join {{ ref("dim_item") }} as items
    on summed.item_id = items.item_id
left join {{ ref("stg_item_category") }} as categories
    on summed.category_id = categories.category_id
left join {{ ref("dim_warehouse") }} as warehouses
    on summed.warehouse_id = warehouses.warehouse_id
