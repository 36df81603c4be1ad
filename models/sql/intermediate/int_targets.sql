-- Which value should a KPI reach, and within which scope? One row per KPI and scope.
-- Read from the ledger's settings; scope is '' for the company, else e.g. 'category:12'. The floors of the requirements stand in for a
-- company that came without settings.
with names as (
    select *
    from (
        values
        ('inventory_turnover', 'turnover_target_low', 'turnover_target_high', 3.0, 6.0),
        ('on_time_delivery', 'on_time_delivery_target', null, 0.95, null),
        ('purchase_savings', 'purchase_savings_target', null, 0.0, null),
        ('inventory_accuracy', 'inventory_accuracy_target', null, 0.98, null),
        ('forecast_accuracy', 'forecast_accuracy_target', null, 0.7, null)
    ) as t (kpi, low_name, high_name, low_default, high_default)
),

settings as (
    select
        name,
        scope,
        try_cast(value as double) as value
    from {{ ref("stg_setting") }}
),

scopes as (
    select names.kpi, settings.scope
    from names
    inner join settings
        on settings.name in (names.low_name, names.high_name)
    union
    select kpi, '' as scope
    from names
)

select
    scopes.kpi,
    scopes.scope,
    cast(coalesce(low.value, company_low.value, names.low_default) as double) as target,
    cast(coalesce(high.value, company_high.value, names.high_default) as double) as target_high
from scopes
inner join names
    on scopes.kpi = names.kpi
left join settings as low
    on names.low_name = low.name
    and scopes.scope = low.scope
left join settings as company_low
    on names.low_name = company_low.name
    and company_low.scope = ''
left join settings as high
    on names.high_name = high.name
    and scopes.scope = high.scope
left join settings as company_high
    on names.high_name = company_high.name
    and company_high.scope = ''
