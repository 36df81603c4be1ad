-- Who buys from us, and what does a late day cost with them? One row per customer.
with customers as (
    select * from {{ ref("stg_customer") }}
),

company as (
    select * from {{ ref("int_company") }}
)

select
    customers.customer_id,
    customers.code as customer_code,
    customers.name as customer_name,
    coalesce(nullif(customers.name_zh, ''), customers.name) as customer_name_zh,
    customers.customer_class,
    customers.region,
    customers.is_active,
    coalesce(customers.late_penalty_ppm_per_day, company.late_penalty_ppm_per_day) as late_penalty_ppm_per_day
from customers
cross join company
