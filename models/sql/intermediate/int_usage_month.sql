-- What did stock go out for, at cost? One row per item x warehouse x month.
-- cost_of_sales: to customers less returns. Issues to production and transfers out count only in usage turnover.
select
    moved_item_id as item_id,
    warehouse_id,
    cast(date_trunc('month', business_date) as date) as month_start,
    cast(sum(value_change_micro) filter (where location_kind = 'customer') as hugeint) as cost_of_sales_micro,
    cast(sum(value_change_micro) filter (
        where location_kind = 'production'
            and other_kind <> 'production'
            and flow_kind = 'production_issue'
    ) as hugeint) as production_issue_micro,
    cast(-sum(value_change_micro) filter (
        where location_kind = 'bin'
            and other_kind = 'in_transit'
            and side = -1
    ) as hugeint) as transfer_out_micro
from {{ ref("int_value_flow") }}
where business_date <= (select data_through from {{ ref("int_company") }})
    and (
        location_kind in ('customer', 'production')
        or (location_kind = 'bin' and other_kind = 'in_transit')
    )
group by all
