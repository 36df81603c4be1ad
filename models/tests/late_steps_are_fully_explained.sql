-- K2: the story of a late line leaves no day out and tells none twice; every step that lost days names the record it stands in.
with told as (
    select
        sales_order_line_id,
        sum(days) as days,
        bool_and(document_number is not null) as is_documented
    from {{ ref("fct_late_step") }}
    group by all
)

select lines.sales_order_line_id, lines.late_days, told.days
from {{ ref("fct_sales_line") }} as lines
left join told
    on lines.sales_order_line_id = told.sales_order_line_id
where lines.is_late
    and (coalesce(told.days, 0) <> lines.late_days or not told.is_documented)
