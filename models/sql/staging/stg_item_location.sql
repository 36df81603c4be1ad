with source as (
    {{ latest_rows(source("raw", "item_location"), ["item_location_id"]) }}
),

renamed as (
    select
        -- ids
        item_location_id,
        item_id,
        warehouse_id,
        source_warehouse_id,
        planner_id,
        -- text
        procurement,
        order_policy,
        alternate_procurement,
        alternate_rule,
        -- numerics
        minimum_order_quantity,
        order_multiple_quantity,
        maximum_order_quantity,
        fixed_order_quantity,
        period_days,
        lead_time_days,
        safety_lead_time_days,
        inspection_days,
        yield_ppm,
        safety_stock_quantity,
        reorder_point_quantity,
        order_up_to_quantity,
        demand_fence_days,
        planning_fence_days,
        service_level_ppm,
        alternate_lead_time_days,
        posting_sequence
    from source
)

select * from renamed
