-- How good were the lists of past month ends: of the first so many pairs, how many bought within 30 days, and how many were expected to?
-- One row per list and length (20, 50, 100, all). A list is judged once its 30 days have passed; a purchase that was cancelled or sent
-- back whole within them was none.
with company as (
    select * from {{ ref("int_company") }}
),

lists as (
    select *
    from {{ source("forecast", "repurchase") }}
    cross join company
    where as_of = last_day(as_of)
        and as_of + 30 <= company.data_through
),

bought as (
    select
        lists.as_of,
        lists.customer_id,
        lists.item_id,
        sum(purchases.quantity_micro) as quantity_micro,
        sum(purchases.value_micro) as value_micro
    from lists
    inner join {{ ref("fct_customer_purchase") }} as purchases
        on lists.customer_id = purchases.customer_id
        and lists.item_id = purchases.item_id
        and purchases.purchase_date > lists.as_of
        and purchases.purchase_date <= lists.as_of + 30
    group by all
),

judged as (
    select
        lists.as_of,
        lists.origin,
        lists.rank,
        lists.probability_30,
        coalesce(bought.quantity_micro, 0) > 0 as is_hit,
        greatest(coalesce(bought.value_micro, 0), 0) as value_micro
    from lists
    left join bought
        on lists.as_of = bought.as_of
        and lists.customer_id = bought.customer_id
        and lists.item_id = bought.item_id
),

lengths as (
    select unnest([20, 50, 100, 1000000]) as list_length
)

select
    judged.as_of,
    judged.origin,
    case when lengths.list_length = 1000000 then 'all' else cast(lengths.list_length as varchar) end as list_length,
    cast(count(*) as bigint) as pair_count,
    cast(count(*) filter (where judged.is_hit) as bigint) as hit_count,
    {{ rate("count(*) filter (where judged.is_hit)", "count(*)") }} as hit_rate,
    sum(judged.probability_30) / count(*) as expected_rate,
    {{ from_micro("sum(judged.value_micro)") }} as bought_amount
from judged
inner join lengths
    on judged.rank <= lengths.list_length
group by judged.as_of, judged.origin, lengths.list_length
