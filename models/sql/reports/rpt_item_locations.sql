-- How does each item stand in each warehouse, and what is its problem? One row per item x warehouse of the planning grain.
-- available = on hand in status available less allocated. days_of_cover = available / expected daily use: the live forecast of the
-- next 13 weeks, else the use of the last 90 days.
with company as (
    select * from {{ ref("int_company") }}
),

places as (
    select * from {{ ref("stg_item_location") }}
),

balances as (
    select
        balances.item_id,
        locations.warehouse_id,
        sum(balances.on_hand_quantity) as on_hand_micro,
        sum(balances.on_hand_quantity - balances.allocated_quantity) filter (where balances.status = 'available') as available_micro,
        sum(balances.on_hand_quantity) filter (
            where lots.expiry_date - company.data_through <= company.expiry_warning_days
        ) as expiring_micro
    from {{ ref("stg_stock_balance") }} as balances
    inner join {{ ref("stg_location") }} as locations
        on balances.location_id = locations.location_id
    left join {{ ref("stg_lot") }} as lots
        on balances.lot_id = lots.lot_id
    cross join company
    where locations.kind = 'bin'
    group by all
),

supplies as (
    select item_location_id, sum(quantity) as on_order_micro
    from {{ ref("plan_input_scheduled_receipts") }}
    group by all
),

backorders as (
    select
        lines.item_id,
        lines.warehouse_id,
        sum(lines.open_quantity_micro) as backorder_micro
    from {{ ref("fct_sales_line") }} as lines
    cross join company
    where lines.first_date <= company.data_through
        and lines.open_quantity_micro > 0
        and lines.status in ('open', 'shipped')
    group by all
),

closing_values as (
    select stock.item_id, stock.warehouse_id, sum(stock.value_micro) as value_micro
    from {{ ref("fct_stock_daily") }} as stock
    cross join company
    where stock.valid_to >= company.data_through
    group by all
),

movements as (
    select
        moved_item_id as item_id,
        warehouse_id,
        max(business_date) as last_movement_date,
        max(business_date) filter (
            where side = 1
                and (location_kind = 'customer' or (location_kind = 'production' and flow_kind = 'production_issue'))
        ) as last_outflow_date,
        sum(quantity_change_micro) filter (
            where side = 1
                and business_date > data_through - 90
                and (location_kind = 'customer' or (location_kind = 'production' and flow_kind = 'production_issue'))
        ) as outflow_90_micro
    from {{ ref("int_value_flow") }}
    cross join company
    where quantity_change_micro <> 0
    group by all
),

-- Out of the door to another warehouse is an outflow of the sending one.
transfers as (
    select
        moved_item_id as item_id,
        warehouse_id,
        max(business_date) as last_transfer_date,
        -sum(quantity_change_micro) filter (where business_date > data_through - 90) as transfer_90_micro
    from {{ ref("int_value_flow") }}
    cross join company
    where location_kind = 'bin'
        and other_kind = 'in_transit'
        and side = -1
    group by all
),

live_forecast as (
    select series_id, cutoff, period_start, quantity
    from {{ source("forecast", "demand_forecasts") }}
    where measure = 'mean'
        and frequency = 'week'
        and origin = 'live'
    qualify cutoff = max(cutoff) over (partition by series_id)
),

expected as (
    select
        live_forecast.series_id,
        avg(live_forecast.quantity) / 7 as forecast_per_day
    from live_forecast
    cross join company
    where live_forecast.period_start between company.data_through - 6 and company.data_through + 91
    group by all
),

champions as (
    select series_id, any_value(demand_pattern) as demand_pattern
    from {{ source("forecast", "champions") }}
    where frequency = 'week'
    group by all
),

joined as (
    select
        places.item_location_id as series_id,
        places.item_id,
        places.warehouse_id,
        places.procurement,
        coalesce(balances.on_hand_micro, 0) as on_hand_micro,
        coalesce(balances.available_micro, 0) as available_micro,
        coalesce(balances.expiring_micro, 0) as expiring_micro,
        coalesce(supplies.on_order_micro, 0) as on_order_micro,
        coalesce(backorders.backorder_micro, 0) as backorder_micro,
        places.safety_stock_quantity as safety_micro,
        coalesce(closing_values.value_micro, 0) as stock_value_micro,
        coalesce(unit_costs.unit_cost_micro, 0) as unit_cost_micro,
        movements.last_movement_date,
        greatest(movements.last_outflow_date, transfers.last_transfer_date) as last_outflow_date,
        coalesce(
            nullif(expected.forecast_per_day * 1000000, 0),
            (coalesce(movements.outflow_90_micro, 0) + coalesce(transfers.transfer_90_micro, 0)) / 90
        ) as use_per_day_micro,
        champions.demand_pattern,
        company.data_through,
        company.slow_moving_days,
        company.obsolete_days,
        company.overstock_cover_days,
        company.first_date
    from places
    cross join company
    left join balances
        on places.item_id = balances.item_id
        and places.warehouse_id = balances.warehouse_id
    left join supplies
        on places.item_location_id = supplies.item_location_id
    left join backorders
        on places.item_id = backorders.item_id
        and places.warehouse_id = backorders.warehouse_id
    left join closing_values
        on places.item_id = closing_values.item_id
        and places.warehouse_id = closing_values.warehouse_id
    left join {{ ref("int_unit_cost") }} as unit_costs
        on places.item_id = unit_costs.item_id
        and places.warehouse_id = unit_costs.warehouse_id
    left join movements
        on places.item_id = movements.item_id
        and places.warehouse_id = movements.warehouse_id
    left join transfers
        on places.item_id = transfers.item_id
        and places.warehouse_id = transfers.warehouse_id
    left join expected
        on places.item_location_id = expected.series_id
    left join champions
        on places.item_location_id = champions.series_id
),

judged as (
    select
        *,
        available_micro / nullif(use_per_day_micro, 0) as days_of_cover,
        data_through - coalesce(last_outflow_date, first_date) as days_without_outflow,
        case
            when available_micro <= 0 and (backorder_micro > 0 or use_per_day_micro > 0) then 'stockout'
            when safety_micro > 0 and available_micro < safety_micro then 'below_safety'
            when expiring_micro > 0 then 'expiring'
            when on_hand_micro > 0 and data_through - coalesce(last_outflow_date, first_date) >= obsolete_days then 'obsolete'
            when on_hand_micro > 0 and data_through - coalesce(last_outflow_date, first_date) >= slow_moving_days then 'slow_moving'
            when available_micro > use_per_day_micro * overstock_cover_days and use_per_day_micro > 0 then 'overstock'
            else 'none'
        end as problem
    from joined
)

select
    judged.series_id,
    {{ item_labels() }},
    {{ warehouse_labels() }},
    {{ category_labels() }},
    judged.procurement,
    {{ from_micro("judged.on_hand_micro") }} as on_hand_quantity,
    {{ from_micro("judged.available_micro") }} as available_quantity,
    {{ from_micro("judged.on_order_micro") }} as on_order_quantity,
    {{ from_micro("judged.backorder_micro") }} as backorder_quantity,
    {{ from_micro("judged.safety_micro") }} as safety_stock_quantity,
    {{ from_micro("judged.unit_cost_micro") }} as unit_cost,
    {{ from_micro("judged.stock_value_micro") }} as stock_value,
    cast(judged.days_of_cover as double) as days_of_cover,
    judged.last_movement_date,
    judged.last_outflow_date,
    classes.abc_class,
    classes.xyz_class,
    judged.demand_pattern,
    judged.problem,
    -- What the problem ties up or holds back, at cost.
    cast(case judged.problem
        when 'stockout' then {{ from_micro(extended_micro("judged.backorder_micro", "judged.unit_cost_micro")) }}
        when 'below_safety' then {{ from_micro(extended_micro("judged.safety_micro - judged.available_micro", "judged.unit_cost_micro")) }}
        when 'expiring' then {{ from_micro(extended_micro("judged.expiring_micro", "judged.unit_cost_micro")) }}
        when 'overstock' then {{ from_micro(extended_micro(
            "cast(judged.available_micro - judged.use_per_day_micro * judged.overstock_cover_days as hugeint)",
            "judged.unit_cost_micro",
        )) }}
        when 'none' then 0
        else {{ from_micro("judged.stock_value_micro") }}
    end as decimal(38, 6)) as problem_value,
    cast(turnover.usage_turnover as double) as usage_turnover,
    cast(turnover.previous_usage_turnover as double) as previous_usage_turnover,
    coalesce(turnover.is_turnover_alert, false) as is_turnover_alert
from judged
inner join {{ ref("dim_item") }} as items
    on judged.item_id = items.item_id
inner join {{ ref("dim_warehouse") }} as warehouses
    on judged.warehouse_id = warehouses.warehouse_id
left join {{ ref("int_item_class") }} as classes
    on judged.series_id = classes.series_id
left join {{ ref("int_usage_turnover") }} as turnover
    on judged.item_id = turnover.item_id
    and judged.warehouse_id = turnover.warehouse_id
