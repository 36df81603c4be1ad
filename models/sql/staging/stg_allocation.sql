with source as (
    {{ latest_rows(source("raw", "allocation"), ["allocation_id"]) }}
),

renamed as (
    select
        -- ids
        allocation_id,
        demand_line_id,
        item_id,
        location_id,
        lot_id,
        taken_by_line_id,
        -- text
        demand_kind,
        status,
        state,
        release_reason,
        -- numerics
        quantity,
        picked_quantity,
        -- dates
        allocated_date,
        picked_date,
        closed_date,
        posting_sequence
    from source
)

select * from renamed
