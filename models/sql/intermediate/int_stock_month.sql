-- How much value and quantity stood in stock over a month? One row per item x warehouse x stock class x month.
-- value_day_micro is the sum over the month's days of the closing value: additive, so quarters and years are sums of months.
with months as (
    select
        period_start as month_start,
        least(period_end, data_through) as last_day
    from {{ ref("int_periods") }}
    cross join {{ ref("int_company") }}
    where period_kind = 'month'
)

select
    stock.item_id,
    stock.warehouse_id,
    stock.stock_class,
    months.month_start,
    sum(
        cast(stock.value_micro as hugeint)
        * (least(stock.valid_to, months.last_day) - greatest(stock.valid_from, months.month_start) + 1)
    ) as value_day_micro,
    sum(
        cast(stock.quantity_micro as hugeint)
        * (least(stock.valid_to, months.last_day) - greatest(stock.valid_from, months.month_start) + 1)
    ) as quantity_day_micro
from {{ ref("fct_stock_daily") }} as stock
inner join months
    on stock.valid_from <= months.last_day
    and stock.valid_to >= months.month_start
where stock.value_micro <> 0
    or stock.quantity_micro <> 0
group by all
