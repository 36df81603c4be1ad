-- How much of an item stood where, and what was it worth, at the close of each day? One row per item x warehouse x stock class x
-- interval of unchanged closing balance (valid_from..valid_to, both included); a day without a row between them does not exist.
-- stock_class: on_hand, quarantine (also blocked), in_transit, wip. Values are the ledger's own: the cost pool of item x valuation
-- area is shared out by quantity so that the parts add up exactly; work in progress is what went into production and has not come out.
-- A run goes on per item from the first day for which something was posted since the last one (or which has come since); from there
-- on its rows are made again. Of other items only the rows still open are, because they now last until today.
{# Read only while going on, so dbt does not see them otherwise. #}
{%- if not execute %}
-- depends_on: {{ ref("int_changed_value_day") }}
-- depends_on: {{ ref("stg_balance_daily_change") }}
-- depends_on: {{ ref("stg_cost_daily_change") }}
{%- endif %}
{{ config(
    materialized="incremental",
    incremental_strategy="replace_tail",
    unique_key=["item_id", "warehouse_id", "stock_class", "valid_from"],
    on_schema_change="fail",
) }}
with company as (
    select * from {{ ref("int_company") }}
),

locations as (
    select
        places.location_id,
        places.kind,
        places.warehouse_id,
        warehouses.valuation_area_id
    from {{ ref("stg_location") }} as places
    inner join {{ ref("stg_warehouse") }} as warehouses
        on places.warehouse_id = warehouses.warehouse_id
),

{% if is_incremental() -%}
touched as (
    select item_id, business_date from {{ ref("stg_balance_daily_change") }}
    union all
    select item_id, business_date from {{ ref("stg_cost_daily_change") }}
    union all
    select flows.item_id, flows.business_date
    from {{ ref("int_value_flow") }} as flows
    where flows.location_kind = 'production'
        and flows.item_id is not null
        and flows.business_date in (select business_date from {{ ref("int_changed_value_day") }})
    -- Documents dated ahead of their posting count from their day on.
    union all
    select item_id, business_date from {{ ref("stg_balance_daily") }} where business_date > {{ built_through() }}
    union all
    select item_id, business_date from {{ ref("stg_cost_daily") }} where business_date > {{ built_through() }}
    union all
    select item_id, business_date
    from {{ ref("int_value_flow") }}
    where location_kind = 'production'
        and item_id is not null
        and business_date > {{ built_through() }}
),

items_in_new_cells as (
    -- A warehouse or class an item was never in before begins, empty, with the item's first day.
    select distinct changes.item_id
    from {{ ref("stg_balance_daily_change") }} as changes
    inner join locations
        on changes.location_id = locations.location_id
    anti join {{ this }} as known
        on changes.item_id = known.item_id
        and locations.warehouse_id = known.warehouse_id
        and known.stock_class = case
            when locations.kind = 'in_transit' then 'in_transit'
            when changes.status = 'available' then 'on_hand'
            else 'quarantine'
        end
    where locations.kind in ('bin', 'in_transit')
),

tails as (
    select
        touched.item_id,
        case
            when any_value(items_in_new_cells.item_id) is not null then date '0001-01-01'
            else min(touched.business_date)
        end as from_date
    from touched
    left join items_in_new_cells
        on touched.item_id = items_in_new_cells.item_id
    group by touched.item_id
),

opening_rows as (
    -- The row of each cell that stood when its item's tail begins.
    select
        known.item_id,
        known.warehouse_id,
        known.stock_class,
        known.valid_from as business_date,
        known.quantity_micro,
        known.value_micro
    from {{ this }} as known
    inner join tails
        on known.item_id = tails.item_id
    where known.valid_from < tails.from_date
        and known.valid_to >= least(tails.from_date - 1, {{ built_through() }})
    qualify row_number() over (
        partition by known.item_id, known.warehouse_id, known.stock_class
        order by known.valid_from desc
    ) = 1
),

pool_openings as (
    select
        costs.item_id,
        costs.valuation_area_id,
        cast(sum(costs.value_delta) as bigint) * any_value(company.micro_per_minor) as value_micro
    from {{ ref("stg_cost_daily") }} as costs
    inner join tails
        on costs.item_id = tails.item_id
        and costs.business_date < tails.from_date
    cross join company
    group by all
),
{%- else -%}
-- Everything is made.
opening_rows as (
    select
        cast(null as bigint) as item_id,
        cast(null as bigint) as warehouse_id,
        '' as stock_class,
        cast(null as date) as business_date,
        cast(0 as bigint) as quantity_micro,
        cast(0 as bigint) as value_micro
    where false
),

pool_openings as (
    select
        cast(null as bigint) as item_id,
        cast(null as bigint) as valuation_area_id,
        cast(0 as bigint) as value_micro
    where false
),
{%- endif %}

quantity_changes as (
    select
        balances.item_id,
        locations.valuation_area_id,
        locations.warehouse_id,
        case
            when locations.kind = 'in_transit' then 'in_transit'
            when balances.status = 'available' then 'on_hand'
            else 'quarantine'
        end as stock_class,
        balances.business_date,
        cast(sum(balances.quantity_delta) as bigint) as quantity_delta
    from {{ ref("stg_balance_daily") }} as balances
    inner join locations
        on balances.location_id = locations.location_id
    {%- if is_incremental() %}
    inner join tails
        on balances.item_id = tails.item_id
        and balances.business_date >= tails.from_date
    {%- endif %}
    where locations.kind in ('bin', 'in_transit')
    group by all
),

value_changes as (
    select
        costs.item_id,
        costs.valuation_area_id,
        costs.business_date,
        cast(sum(costs.value_delta) as bigint) * any_value(company.micro_per_minor) as value_delta_micro
    from {{ ref("stg_cost_daily") }} as costs
    {%- if is_incremental() %}
    inner join tails
        on costs.item_id = tails.item_id
        and costs.business_date >= tails.from_date
    {%- endif %}
    cross join company
    group by all
),

pool_days as (
    select item_id, valuation_area_id, business_date from quantity_changes
    union
    select item_id, valuation_area_id, business_date from value_changes
),

pool_values as (
    select
        pool_days.item_id,
        pool_days.valuation_area_id,
        pool_days.business_date,
        coalesce(pool_openings.value_micro, 0) + sum(coalesce(value_changes.value_delta_micro, 0)) over (
            partition by pool_days.item_id, pool_days.valuation_area_id
            order by pool_days.business_date
        ) as pool_value_micro
    from pool_days
    left join pool_openings
        on pool_days.item_id = pool_openings.item_id
        and pool_days.valuation_area_id = pool_openings.valuation_area_id
    left join value_changes
        on pool_days.item_id = value_changes.item_id
        and pool_days.valuation_area_id = value_changes.valuation_area_id
        and pool_days.business_date = value_changes.business_date
),

cells as (
    select item_id, valuation_area_id, warehouse_id, stock_class
    from quantity_changes
    union
    select opening_rows.item_id, warehouses.valuation_area_id, opening_rows.warehouse_id, opening_rows.stock_class
    from opening_rows
    inner join {{ ref("stg_warehouse") }} as warehouses
        on opening_rows.warehouse_id = warehouses.warehouse_id
    where opening_rows.stock_class <> 'wip'
),

cell_days as (
    select
        pool_values.item_id,
        pool_values.valuation_area_id,
        cells.warehouse_id,
        cells.stock_class,
        pool_values.business_date,
        pool_values.pool_value_micro,
        coalesce(opening_rows.quantity_micro, 0) + sum(coalesce(quantity_changes.quantity_delta, 0)) over (
            partition by pool_values.item_id, cells.warehouse_id, cells.stock_class
            order by pool_values.business_date
        ) as quantity_micro
    from pool_values
    inner join cells
        on pool_values.item_id = cells.item_id
        and pool_values.valuation_area_id = cells.valuation_area_id
    left join opening_rows
        on cells.item_id = opening_rows.item_id
        and cells.warehouse_id = opening_rows.warehouse_id
        and cells.stock_class = opening_rows.stock_class
    left join quantity_changes
        on cells.item_id = quantity_changes.item_id
        and cells.warehouse_id = quantity_changes.warehouse_id
        and cells.stock_class = quantity_changes.stock_class
        and pool_values.business_date = quantity_changes.business_date
),

running as (
    select
        *,
        sum(quantity_micro) over (
            partition by item_id, valuation_area_id, business_date
            order by stock_class, warehouse_id
        ) as running_quantity_micro,
        sum(quantity_micro) over (
            partition by item_id, valuation_area_id, business_date
        ) as pool_quantity_micro
    from cell_days
),

shared_out as (
    select
        item_id,
        warehouse_id,
        stock_class,
        business_date,
        cast(quantity_micro as bigint) as quantity_micro,
        cast(case
            when pool_quantity_micro = 0 then 0
            else
                (cast(pool_value_micro as hugeint) * cast(running_quantity_micro as hugeint)) // cast(pool_quantity_micro as hugeint)
                - (cast(pool_value_micro as hugeint) * cast(running_quantity_micro - quantity_micro as hugeint))
                // cast(pool_quantity_micro as hugeint)
        end as bigint) as value_micro
    from running
),

wip_changes as (
    select flows.item_id, flows.warehouse_id, flows.business_date, sum(flows.value_change_micro) as value_delta_micro
    from {{ ref("int_value_flow") }} as flows
    {%- if is_incremental() %}
    inner join tails
        on flows.item_id = tails.item_id
        and flows.business_date >= tails.from_date
    {%- endif %}
    where flows.location_kind = 'production'
        and flows.item_id is not null
    group by all
),

wip as (
    select
        wip_changes.item_id,
        wip_changes.warehouse_id,
        'wip' as stock_class,
        wip_changes.business_date,
        0 as quantity_micro,
        cast(coalesce(opening_rows.value_micro, 0) + sum(wip_changes.value_delta_micro) over (
            partition by wip_changes.item_id, wip_changes.warehouse_id
            order by wip_changes.business_date
        ) as bigint) as value_micro
    from wip_changes
    left join opening_rows
        on wip_changes.item_id = opening_rows.item_id
        and wip_changes.warehouse_id = opening_rows.warehouse_id
        and opening_rows.stock_class = 'wip'
),

closings as (
    select * from shared_out
    union all by name
    select * from wip
    union all by name
    select * from opening_rows
),

changed as (
    select *
    from closings
    window cell as (
        partition by item_id, warehouse_id, stock_class
        order by business_date
    )
    -- A pool that changed elsewhere leaves this cell as it was: no new interval.
    qualify row_number() over cell = 1
        or quantity_micro <> lag(quantity_micro) over cell
        or value_micro <> lag(value_micro) over cell
)

select
    changed.item_id,
    changed.warehouse_id,
    changed.stock_class,
    changed.business_date as valid_from,
    cast(coalesce(
        lead(changed.business_date) over (
            partition by changed.item_id, changed.warehouse_id, changed.stock_class
            order by changed.business_date
        ) - 1,
        greatest(company.data_through, changed.business_date)
    ) as date) as valid_to,
    changed.quantity_micro,
    changed.value_micro
from changed
cross join company
where changed.business_date <= company.data_through
{%- if is_incremental() %}
union all by name
select known.* replace (greatest(company.data_through, known.valid_from) as valid_to)
from {{ this }} as known
anti join tails
    on known.item_id = tails.item_id
cross join company
where known.valid_to >= {{ built_through() }}
    and known.valid_to <> company.data_through
{%- endif %}
