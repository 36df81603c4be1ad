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
        {%- for name in [
            "carrying_rate", "penalty_rate_per_day", "count_tolerance_measured", "turnover_fall_alert_rate",
            "qualification_warning_days", "expiry_warning_days", "slow_moving_days", "obsolete_days", "overstock_cover_days",
        ] %}
        max(case when name = '{{ name }}' then try_cast(value as decimal(18, 9)) end) as {{ name }},
        {%- endfor %}
        count(*) as setting_count
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
    -- The ledger writes every default; these stand in for a company that came without settings.
    cast(coalesce(company_settings.penalty_rate_per_day, 0.01) * 1000000 as bigint) as late_penalty_ppm_per_day,
    cast(coalesce(company_settings.carrying_rate, 0.20) * 1000000 as bigint) as carrying_ppm_per_year,
    cast(coalesce(company_settings.count_tolerance_measured, 0.005) * 1000000 as bigint) as count_tolerance_ppm,
    cast(coalesce(company_settings.turnover_fall_alert_rate, 0.3) as double) as turnover_fall_alert_rate,
    cast(coalesce(company_settings.qualification_warning_days, 60) as bigint) as qualification_warning_days,
    cast(coalesce(company_settings.expiry_warning_days, 90) as bigint) as expiry_warning_days,
    cast(coalesce(company_settings.slow_moving_days, 90) as bigint) as slow_moving_days,
    cast(coalesce(company_settings.obsolete_days, 180) as bigint) as obsolete_days,
    cast(coalesce(company_settings.overstock_cover_days, 180) as bigint) as overstock_cover_days
from company
cross join first_facts
cross join company_settings
