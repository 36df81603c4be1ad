-- Which orders came whole by their promise? One row per reading (headline: first promise, by_last_promise, by_requested) x order.
-- An order is on time when every line that counts is, and belongs to the day of its last line; before that day it is not judged.
{%- for measure, day, reading in [
    ("first", "first_date", "headline"),
    ("last", "last_date", "by_last_promise"),
    ("requested", "requested_date", "by_requested"),
] %}
select
    '{{ reading }}' as reading,
    sales_order_id,
    any_value(customer_id) as customer_id,
    max({{ day }}) as fact_date,
    bool_and(is_{{ measure }}_on_time) as is_on_time
from {{ ref("fct_sales_line") }}
where is_{{ measure }}_counted
group by all
having bool_and(is_{{ measure }}_due)
{% if not loop.last %}union all{% endif %}
{%- endfor %}
