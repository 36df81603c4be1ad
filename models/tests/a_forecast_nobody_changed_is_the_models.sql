-- Where neither sales nor an override said anything, the final forecast is the statistical one.
select series_id, frequency, period_start, baseline_quantity, total_quantity
from {{ ref("rpt_forecast") }}
where kind = 'forecast'
    and spread_quantity is null
    and override_quantity is null
    and total_quantity is distinct from baseline_quantity
