-- How much of an item stood where, and what was it worth, at the close of each day? One row per item x warehouse x stock class x
-- interval of unchanged closing balance (valid_from..valid_to, both included); a day without a row between them does not exist.
-- stock_class: on_hand, quarantine (also blocked), in_transit, wip. Values are the ledger's own: the cost pool of item x valuation
-- area is shared out by quantity so that the parts add up exactly; work in progress is what went into production and has not come out.
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
        sum(coalesce(value_changes.value_delta_micro, 0)) over (
            partition by pool_days.item_id, pool_days.valuation_area_id
            order by pool_days.business_date
        ) as pool_value_micro
    from pool_days
    left join value_changes
        on pool_days.item_id = value_changes.item_id
        and pool_days.valuation_area_id = value_changes.valuation_area_id
        and pool_days.business_date = value_changes.business_date
),

cells as (
    select distinct item_id, valuation_area_id, warehouse_id, stock_class
    from quantity_changes
),

cell_days as (
    select
        pool_values.item_id,
        pool_values.valuation_area_id,
        cells.warehouse_id,
        cells.stock_class,
        pool_values.business_date,
        pool_values.pool_value_micro,
        sum(coalesce(quantity_changes.quantity_delta, 0)) over (
            partition by pool_values.item_id, cells.warehouse_id, cells.stock_class
            order by pool_values.business_date
        ) as quantity_micro
    from pool_values
    inner join cells
        on pool_values.item_id = cells.item_id
        and pool_values.valuation_area_id = cells.valuation_area_id
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
    select item_id, warehouse_id, business_date, sum(value_change_micro) as value_delta_micro
    from {{ ref("int_value_flow") }}
    where location_kind = 'production'
        and item_id is not null
    group by all
),

wip as (
    select
        item_id,
        warehouse_id,
        'wip' as stock_class,
        business_date,
        0 as quantity_micro,
        cast(sum(value_delta_micro) over (
            partition by item_id, warehouse_id
            order by business_date
        ) as bigint) as value_micro
    from wip_changes
),

closings as (
    select * from shared_out
    union all by name
    select * from wip
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
