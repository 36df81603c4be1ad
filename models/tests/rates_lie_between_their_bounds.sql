-- Shares of a whole lie between 0 and 1; savings, bias and accuracy may be negative, never above 1 for what is a part of its whole.
select kpi, reading, dimension, dimension_key, period_kind, period_start, value
from {{ ref("rpt_kpi") }}
where (kpi in ('on_time_delivery', 'inventory_accuracy') and unit = 'rate' and value > 1)
    or (kpi = 'on_time_delivery' and value < 0)
    or (kpi = 'inventory_turnover' and unit = 'turns_per_year' and isinf(value))
