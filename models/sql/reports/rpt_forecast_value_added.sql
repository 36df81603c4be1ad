-- What did each step, and each person, add to the forecast? One row per frequency x month x step x person (0: nobody, the model).
-- Value added = error before the step - error after it, both absolute, over the periods that step touched (int_forecast_step).
-- error_before / demand_quantity is the WAPE before; better_count: in how many periods the step came nearer.
with judged as (
    select * from {{ ref("int_forecast_step") }}
)

select
    judged.frequency,
    cast(date_trunc('month', judged.period_start) as date) as month_start,
    judged.step,
    coalesce(judged.author_id, 0) as author_id,
    users.name as author_name,
    users.name_zh as author_name_zh,
    count(distinct judged.series_id) as series_count,
    count(*) as period_count,
    count(*) filter (
        where abs(judged.after_quantity - judged.demand_quantity) < abs(judged.before_quantity - judged.demand_quantity)
    ) as better_count,
    cast(sum(judged.demand_quantity) as decimal(38, 6)) as demand_quantity,
    sum(abs(judged.before_quantity - judged.demand_quantity)) as error_before,
    sum(abs(judged.after_quantity - judged.demand_quantity)) as error_after,
    sum(judged.after_quantity - judged.demand_quantity) as signed_error_after
from judged
left join {{ ref("stg_app_user") }} as users
    on judged.author_id = users.user_id
group by all
