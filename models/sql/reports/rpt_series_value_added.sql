-- What did each step, and each person, add to the forecast of one series? One row per series x frequency x step x person (0: nobody,
-- the model). The same sums as rpt_forecast_value_added, over all months: is my override better than the machine, here?
with judged as (
    select * from {{ ref("int_forecast_step") }}
)

select
    judged.series_id,
    judged.frequency,
    judged.step,
    coalesce(judged.author_id, 0) as author_id,
    users.name as author_name,
    users.name_zh as author_name_zh,
    count(*) as period_count,
    count(*) filter (
        where abs(judged.after_quantity - judged.demand_quantity) < abs(judged.before_quantity - judged.demand_quantity)
    ) as better_count,
    cast(sum(judged.demand_quantity) as decimal(38, 6)) as demand_quantity,
    sum(abs(judged.before_quantity - judged.demand_quantity)) as error_before,
    sum(abs(judged.after_quantity - judged.demand_quantity)) as error_after,
    sum(judged.after_quantity - judged.demand_quantity) as signed_error_after,
    max(judged.period_start) as last_period
from judged
left join {{ ref("stg_app_user") }} as users
    on judged.author_id = users.user_id
group by all
