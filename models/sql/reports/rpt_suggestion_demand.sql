-- Whose demand does a suggestion serve? One row per planned order x demand at the top of its chain.
with pegs as (
    select
        supply_id as planned_order_id,
        -- Safety stock and rounding have no document behind them.
        coalesce(top_demand_id, demand_id, demand_kind) as demand_id,
        any_value(demand_kind) as planner_kind,
        max(level) as level,
        sum(quantity) as quantity
    from {{ source("plan", "pegging") }}
    where supply_id in (select planned_order_id from {{ source("plan", "planned_orders") }})
    group by all
),

parsed as (
    select
        *,
        split_part(demand_id, ':', 1) as demand_prefix,
        try_cast(split_part(demand_id, ':', 2) as bigint) as document_id,
        try_cast(split_part(demand_id, ':', 3) as date) as forecast_date
    from pegs
),

sales as (
    select * from {{ ref("fct_sales_line") }}
),

components as (
    select components.work_order_component_id, components.required_date, work_orders.number
    from {{ ref("stg_work_order_component") }} as components
    inner join {{ ref("stg_work_order") }} as work_orders
        on components.work_order_id = work_orders.work_order_id
),

transfers as (
    select lines.transfer_order_line_id, orders.number, orders.due_date
    from {{ ref("stg_transfer_order_line") }} as lines
    inner join {{ ref("stg_transfer_order") }} as orders
        on lines.transfer_order_id = orders.transfer_order_id
)

select
    parsed.planned_order_id,
    parsed.demand_id,
    case parsed.demand_prefix
        when 'SO' then 'sales_order'
        when 'WOC' then 'component'
        when 'TO' then 'transfer'
        when 'FC' then 'forecast'
        else parsed.planner_kind
    end as demand_kind,
    coalesce(sales.order_number, components.number, transfers.number) as demand_number,
    customers.customer_id,
    customers.customer_code,
    customers.customer_name,
    customers.customer_name_zh,
    {{ from_micro("parsed.quantity") }} as quantity,
    coalesce(sales.first_date, components.required_date, transfers.due_date, parsed.forecast_date) as due_date,
    cast(parsed.level as bigint) as level
from parsed
left join sales
    on parsed.demand_prefix = 'SO'
    and parsed.document_id = sales.sales_order_line_id
left join components
    on parsed.demand_prefix = 'WOC'
    and parsed.document_id = components.work_order_component_id
left join transfers
    on parsed.demand_prefix = 'TO'
    and parsed.document_id = transfers.transfer_order_line_id
left join {{ ref("dim_customer") }} as customers
    on sales.customer_id = customers.customer_id
