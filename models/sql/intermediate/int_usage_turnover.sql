-- Has an item's usage turnover fallen? One row per item x warehouse with stock or usage in the last year.
-- Last complete month against the mean of the three months before and the same month of last year. Alert: both falls at least the
-- alert rate, usage in at least three of the last twelve months, and among the items that make up 80 % of the stock value.
with company as (
    select
        *,
        cast(date_trunc('month', data_through + 1) - interval 1 month as date) as last_month
    from {{ ref("int_company") }}
),

usage as (
    select
        item_id,
        warehouse_id,
        month_start,
        coalesce(cost_of_sales_micro, 0) + coalesce(production_issue_micro, 0) + coalesce(transfer_out_micro, 0) as outflow_micro
    from {{ ref("int_usage_month") }}
),

stock as (
    select item_id, warehouse_id, month_start, sum(value_day_micro) as value_day_micro
    from {{ ref("int_stock_month") }}
    group by all
),

months as (
    select
        coalesce(usage.item_id, stock.item_id) as item_id,
        coalesce(usage.warehouse_id, stock.warehouse_id) as warehouse_id,
        coalesce(usage.month_start, stock.month_start) as month_start,
        coalesce(usage.outflow_micro, 0) as outflow_micro,
        coalesce(stock.value_day_micro, 0) as value_day_micro
    from usage
    full join stock
        on usage.item_id = stock.item_id
        and usage.warehouse_id = stock.warehouse_id
        and usage.month_start = stock.month_start
),

windows as (
    select
        months.item_id,
        months.warehouse_id,
        {%- for name, newest, oldest in [("last", 0, 0), ("before", 1, 3), ("year_ago", 12, 12)] %}
        365 * {{ rate(
            "sum(outflow_micro) filter (where month_start between last_month - to_months(" ~ oldest ~ ") and last_month - to_months(" ~ newest ~ "))",
            "sum(value_day_micro) filter (where month_start between last_month - to_months(" ~ oldest ~ ") and last_month - to_months(" ~ newest ~ "))",
        ) }} as {{ name }}_turnover,
        {%- endfor %}
        count(*) filter (
            where outflow_micro > 0 and month_start between last_month - to_months(11) and last_month
        ) as active_month_count,
        sum(value_day_micro) filter (where month_start = last_month) as last_value_day_micro,
        any_value(company.turnover_fall_alert_rate) as fall_rate
    from months
    cross join company
    where month_start between last_month - to_months(12) and last_month
    group by all
),

ranked as (
    select
        *,
        sum(coalesce(last_value_day_micro, 0)) over (
            order by coalesce(last_value_day_micro, 0) desc, item_id, warehouse_id
            rows between unbounded preceding and 1 preceding
        ) as bigger_value_micro,
        sum(coalesce(last_value_day_micro, 0)) over () as all_value_micro
    from windows
)

select
    item_id,
    warehouse_id,
    last_turnover as usage_turnover,
    before_turnover as previous_usage_turnover,
    year_ago_turnover as previous_year_usage_turnover,
    coalesce(
        -- Rounded, so that a fall of exactly the alert rate is one: 0.7 x 0.1 is not 0.07 in binary.
        round(last_turnover - before_turnover * (1 - fall_rate), 9) <= 0
        and round(last_turnover - year_ago_turnover * (1 - fall_rate), 9) <= 0
        and active_month_count >= 3
        and coalesce(bigger_value_micro, 0) * 100 < all_value_micro * 80,
        false
    ) as is_turnover_alert
from ranked
