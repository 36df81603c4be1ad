-- How do the indicators stand, against target, the period before and the year before? One row per KPI x reading x period x dimension value.
with company as (
    select * from {{ ref("int_company") }}
),

periods as (
    select * from {{ ref("int_periods") }}
),

targets as (
    select * from {{ ref("int_targets") }}
),

labels as (
    select * from {{ ref("int_dimension_label") }}
),

measured as (
    {%- for kpi in [
        "inventory_turnover", "on_time_delivery", "purchase_savings", "inventory_accuracy", "forecast_accuracy", "stock_value",
    ] %}
    select * from {{ ref("int_kpi_" ~ kpi) }}
    {% if not loop.last %}union all by name{% endif %}
    {%- endfor %}
),

-- What the company has never recorded is said so; it is not zero.
recorded as (
    select kpi, count(*) > 0 as is_recorded
    from (
        select 'inventory_turnover' as kpi from {{ ref("fct_stock_daily") }}
        union all
        select 'stock_value' from {{ ref("fct_stock_daily") }}
        union all
        select 'on_time_delivery' from {{ ref("fct_sales_line") }}
        union all
        select 'purchase_savings' from {{ ref("fct_purchase_line") }} where is_counted
        union all
        select 'inventory_accuracy' from {{ ref("fct_count_line") }}
        union all
        select 'forecast_accuracy' from {{ ref("int_forecast_at_lag") }}
    )
    group by all
),

kinds as (
    select *
    from (
        values
        ('inventory_turnover', 'turns_per_year', ['month', 'quarter', 'ttm']),
        ('stock_value', 'currency', ['week', 'month', 'quarter']),
        ('on_time_delivery', 'rate', ['week', 'month', 'quarter', 'ttm']),
        ('purchase_savings', 'rate', ['month', 'quarter', 'ttm']),
        ('inventory_accuracy', 'rate', ['month', 'quarter', 'ttm']),
        ('forecast_accuracy', 'rate', ['week', 'month', 'quarter', 'ttm'])
    ) as t (kpi, unit, period_kinds)
),

-- The company's headline has a row for every period, also where nothing was measured.
expected as (
    select
        kinds.kpi,
        'headline' as reading,
        kinds.unit,
        periods.period_kind,
        periods.period_start,
        'company' as dimension,
        '' as dimension_key
    from kinds
    inner join periods
        on list_contains(kinds.period_kinds, periods.period_kind)
),

filled as (
    select * from measured
    union all by name
    select
        expected.*,
        cast(null as decimal(38, 6)) as numerator,
        cast(null as decimal(38, 6)) as denominator,
        0 as record_count
    from expected
    anti join measured
        on expected.kpi = measured.kpi
        and expected.reading = measured.reading
        and expected.period_kind = measured.period_kind
        and expected.period_start = measured.period_start
        and measured.dimension = 'company'
),

valued as (
    select
        filled.*,
        periods.period_end,
        periods.is_complete,
        periods.previous_period_start,
        periods.previous_year_period_start,
        case
            when filled.unit = 'currency' then cast(filled.numerator as double)
            else {{ rate("filled.numerator", "filled.denominator") }}
        end as value
    from filled
    inner join periods
        on filled.period_kind = periods.period_kind
        and filled.period_start = periods.period_start
),

compared as (
    select
        valued.*,
        previous.value as previous_value,
        previous_year.value as previous_year_value
    from valued
    left join valued as previous
        on valued.kpi = previous.kpi
        and valued.reading = previous.reading
        and valued.period_kind = previous.period_kind
        and valued.dimension = previous.dimension
        and valued.dimension_key = previous.dimension_key
        and valued.previous_period_start = previous.period_start
    left join valued as previous_year
        on valued.kpi = previous_year.kpi
        and valued.reading = previous_year.reading
        and valued.period_kind = previous_year.period_kind
        and valued.dimension = previous_year.dimension
        and valued.dimension_key = previous_year.dimension_key
        and valued.previous_year_period_start = previous_year.period_start
),

targeted as (
    select
        compared.*,
        coalesce(labels.label, compared.dimension_key) as dimension_label,
        coalesce(labels.label_zh, compared.dimension_key) as dimension_label_zh,
        -- A reading has the headline's target only where it is the same kind of rate.
        case
            when compared.reading = 'headline'
            or (compared.kpi = 'on_time_delivery' and compared.unit = 'rate')
            or compared.kpi = 'inventory_accuracy'
                then coalesce(scoped.target, general.target)
        end as target,
        case when compared.reading = 'headline' then coalesce(scoped.target_high, general.target_high) end as target_high,
        coalesce(recorded.is_recorded, false) as is_recorded
    from compared
    left join labels
        on compared.dimension = labels.dimension
        and compared.dimension_key = labels.dimension_key
    left join targets as scoped
        on compared.kpi = scoped.kpi
        and labels.target_scope = scoped.scope
    left join targets as general
        on compared.kpi = general.kpi
        and general.scope = ''
    left join recorded
        on compared.kpi = recorded.kpi
)

select
    kpi,
    reading,
    period_kind,
    period_start,
    period_end,
    dimension,
    dimension_key,
    dimension_label,
    dimension_label_zh,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    cast(value as double) as value,
    cast(target as double) as target,
    cast(target_high as double) as target_high,
    cast(previous_value as double) as previous_value,
    cast(previous_year_value as double) as previous_year_value,
    unit,
    cast(record_count as bigint) as record_count,
    is_complete,
    case
        when not is_recorded then 'not_recorded'
        when value is null then 'no_data'
        when target is null then 'good'
        when value < target then 'bad'
        -- Above the band is neither good nor bad: look whether stock-outs pay for it.
        when target_high is not null and value > target_high then 'watch'
        -- Still above the floor, but two points lower than the period before.
        when unit = 'rate' and round(previous_value - value, 9) >= 0.02 then 'watch'
        else 'good'
    end as status,
    case
        when not is_recorded then 'kpi.not_recorded'
        when kpi = 'inventory_turnover' and reading = 'headline' and numerator = 0 and denominator > 0 then 'kpi.no_movement'
        when kpi = 'inventory_turnover' and reading = 'headline' and target_high is not null and value > target_high
            then 'kpi.check_stockouts'
        when kpi = 'inventory_turnover' and reading = 'headline' and dimension in ('item', 'warehouse') then 'kpi.usage_turnover'
        when kpi = 'on_time_delivery' and reading = 'headline' and dimension <> 'company' then 'kpi.line_on_time'
        when not is_complete then 'kpi.incomplete_period'
    end as note_key
from targeted
