with source as (
    {{ latest_rows(source("raw", "company"), ["company_id"]) }}
),

renamed as (
    select
        -- ids
        company_id,
        -- text
        code,
        name,
        name_zh,
        currency,
        time_zone,
        source,
        -- numerics
        minor_digits,
        demo_seed,
        -- dates
        today,
        demo_end_date,
        posting_sequence
    from source
)

select * from renamed
