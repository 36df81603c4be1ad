-- K2: the signed days of a late line's causes sum exactly to its lateness; nothing is lost and nothing is counted twice.
with explained as (
    select sales_order_line_id, sum(days) as days
    from {{ ref("fct_late_cause") }}
    group by all
)

select lines.sales_order_line_id, lines.late_days, explained.days
from {{ ref("fct_sales_line") }} as lines
left join explained
    on lines.sales_order_line_id = explained.sales_order_line_id
where lines.is_late
    and coalesce(explained.days, 0) <> lines.late_days
