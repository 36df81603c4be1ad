-- What does every calculation need to know about the company? One row.
-- data_through is the company clock unless the run says otherwise; the wall clock is never asked.
with company as (
    select * from {{ ref("stg_company") }}
),

first_facts as (
    select min(first_date) as first_date
    from (
        select min(business_date) as first_date from {{ ref("stg_movement") }}
        union all
        select min(order_date) as first_date from {{ ref("stg_sales_order") }}
        union all
        select min(order_date) as first_date from {{ ref("stg_purchase_order") }}
    )
),

company_settings as (
    select
        max(case when name = 'late_penalty_rate_per_day' then try_cast(value as decimal(18, 9)) end) as late_penalty_rate_per_day,
        max(case when name = 'carrying_rate_per_year' then try_cast(value as decimal(18, 9)) end) as carrying_rate_per_year,
        max(case when name = 'pick_days' then try_cast(value as integer) end) as pick_days,
        max(case when name = 'count_tolerance_measured' then try_cast(value as decimal(18, 9)) end) as count_tolerance_measured,
        max(case when name = 'purchase_lead_time_in_working_days' then value end) as purchase_lead_time_in_working_days
    from {{ ref("stg_setting") }}
    where scope = ''
)

select
    company.company_id,
    company.code as company_code,
    company.name as company_name,
    company.name_zh as company_name_zh,
    company.currency,
    company.minor_digits,
    company.time_zone,
    company.source,
    company.demo_seed,
    company.demo_end_date,
    company.source = 'demo' as is_demo,
    {%- if var("as_of") %}
    date '{{ var("as_of") }}' as data_through,
    {%- else %}
    company.today as data_through,
    {%- endif %}
    coalesce(first_facts.first_date, company.today) as first_date,
    -- Minor units to millionths of the currency: x 10,000 for two digits.
    cast(pow(10, 6 - company.minor_digits) as bigint) as micro_per_minor,
    -- 1 % of the line value a day, 20 % a year: requirements, "Money at stake", until somebody edits them.
    cast(coalesce(company_settings.late_penalty_rate_per_day, 0.01) * 1000000 as bigint) as late_penalty_ppm_per_day,
    cast(coalesce(company_settings.carrying_rate_per_year, 0.20) * 1000000 as bigint) as carrying_ppm_per_year,
    coalesce(company_settings.pick_days, 1) as pick_days,
    cast(coalesce(company_settings.count_tolerance_measured, 0.005) * 1000000 as bigint) as count_tolerance_ppm,
    coalesce(company_settings.purchase_lead_time_in_working_days, 'false') in ('true', '1', 'yes') as is_purchase_in_working_days
from company
cross join first_facts
cross join company_settings
