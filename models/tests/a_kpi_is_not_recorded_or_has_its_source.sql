-- A7: what the company never recorded says so; nothing is reported as not recorded while it has a value.
select kpi, status, value
from {{ ref("rpt_kpi") }}
where status = 'not_recorded'
    and value is not null
