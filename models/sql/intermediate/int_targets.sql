-- Which value should a KPI reach, and where does that number come from? One row per KPI and scope.
-- Settings named kpi_target.<kpi> and kpi_target_high.<kpi>, scope '' or 'category:<id>', 'warehouse:<id>', ...; the floors of
-- the requirements stand until somebody edits them.
with defaults as (
    select *
    from (
        values
        ('inventory_turnover', 3.0, 6.0),
        ('on_time_delivery', 0.95, null),
        ('purchase_savings', 0.0, null),
        ('inventory_accuracy', 0.98, null)
    ) as t (kpi, target, target_high)
),

edited as (
    select
        split_part(name, '.', 2) as kpi,
        scope,
        max(case when name like 'kpi_target.%' then try_cast(value as double) end) as target,
        max(case when name like 'kpi_target_high.%' then try_cast(value as double) end) as target_high
    from {{ ref("stg_setting") }}
    where name like 'kpi_target.%'
        or name like 'kpi_target_high.%'
    group by all
)

select
    coalesce(edited.kpi, defaults.kpi) as kpi,
    coalesce(edited.scope, '') as scope,
    cast(coalesce(edited.target, defaults.target) as double) as target,
    cast(coalesce(edited.target_high, defaults.target_high) as double) as target_high
from edited
full join defaults
    on edited.kpi = defaults.kpi
    and edited.scope = ''
