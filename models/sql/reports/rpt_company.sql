-- Whose figures are these, and until when? One row.
select
    company_id,
    company_code as code,
    company_name as name,
    company_name_zh as name_zh,
    currency,
    minor_digits,
    time_zone,
    is_demo,
    demo_end_date,
    data_through,
    first_date
from {{ ref("int_company") }}
