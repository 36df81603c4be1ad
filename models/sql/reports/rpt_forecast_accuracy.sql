-- How did each model do at each rolling origin? One row per series x frequency x cutoff x model.
select
    series_id,
    frequency,
    cutoff,
    model,
    {%- for metric in ["wape", "bias", "mase", "rmsse", "pinball", "coverage_80", "coverage_95"] %}
    max(value) filter (where metric = '{{ metric }}') as {{ metric }},
    {%- endfor %}
    -- Backtests are runs as of the past, with only what was known then.
    'simulated' as origin
from {{ source("forecast", "backtest_scores") }}
group by all
