-- Which items matter (ABC) and how even is their demand (XYZ)? One row per item x warehouse of the planning grain.
-- ABC by the cost of a year's outflow: A up to 80 %, B up to 95 % of the warehouse's total, else C. XYZ by the coefficient of
-- variation of monthly demand over the last twelve complete months: X below 0.5, Y below 1, else Z.
with company as (
    select * from {{ ref("int_company") }}
),

places as (
    select item_location_id as series_id, item_id, warehouse_id
    from {{ ref("stg_item_location") }}
),

usage as (
    select
        item_id,
        warehouse_id,
        sum(
            coalesce(cost_of_sales_micro, 0) + coalesce(production_issue_micro, 0) + coalesce(transfer_out_micro, 0)
        ) as year_usage_micro
    from {{ ref("int_usage_month") }}
    cross join company
    where month_start > company.data_through - interval 12 month
    group by all
),

ranked as (
    select
        places.*,
        greatest(coalesce(usage.year_usage_micro, 0), 0) as year_usage_micro,
        sum(greatest(coalesce(usage.year_usage_micro, 0), 0)) over (
            partition by places.warehouse_id
            order by greatest(coalesce(usage.year_usage_micro, 0), 0) desc, places.item_id
            rows between unbounded preceding and 1 preceding
        ) as bigger_usage_micro,
        sum(greatest(coalesce(usage.year_usage_micro, 0), 0)) over (partition by places.warehouse_id) as all_usage_micro
    from places
    left join usage
        on places.item_id = usage.item_id
        and places.warehouse_id = usage.warehouse_id
),

demand as (
    select
        series_id,
        {{ rate("stddev_pop(cast(demand_quantity as double))", "avg(cast(demand_quantity as double))") }} as variation
    from {{ ref("fct_demand_month") }}
    cross join company
    where is_complete
        and period_start > company.data_through - interval 13 month
    group by all
)

select
    ranked.series_id,
    ranked.item_id,
    ranked.warehouse_id,
    {{ from_micro("ranked.year_usage_micro") }} as year_usage_value,
    case
        when ranked.year_usage_micro = 0 then 'C'
        when coalesce(ranked.bigger_usage_micro, 0) * 100 < ranked.all_usage_micro * 80 then 'A'
        when coalesce(ranked.bigger_usage_micro, 0) * 100 < ranked.all_usage_micro * 95 then 'B'
        else 'C'
    end as abc_class,
    case
        when demand.variation is null then null
        when demand.variation < 0.5 then 'X'
        when demand.variation < 1 then 'Y'
        else 'Z'
    end as xyz_class
from ranked
left join demand
    on ranked.series_id = demand.series_id
