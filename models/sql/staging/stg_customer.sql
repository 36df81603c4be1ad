with source as (
    {{ latest_rows(source("raw", "customer"), ["customer_id"]) }}
),

renamed as (
    select
        -- ids
        customer_id,
        -- text
        code,
        name,
        name_zh,
        customer_class,
        region,
        -- numerics
        late_penalty_ppm_per_day,
        credit_limit_amount,
        -- flags
        is_active = 1 as is_active,
        posting_sequence
    from source
)

select * from renamed
