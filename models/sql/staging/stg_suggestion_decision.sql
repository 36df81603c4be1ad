with source as (
    {{ latest_rows(source("raw", "suggestion_decision"), ["suggestion_decision_id"]) }}
),

renamed as (
    select
        -- ids
        suggestion_decision_id,
        item_location_id,
        document_id,
        decided_by_id,
        -- text
        planned_order_id,
        kind,
        decision,
        reason,
        suggestion,
        document_kind,
        document_number,
        -- numerics
        ordinal,
        suggested_quantity,
        decided_quantity,
        -- flags
        is_current = 1 as is_current,
        -- dates
        need_period,
        until_date,
        recorded_at,
        business_date,
        posting_sequence
    from source
)

select * from renamed
