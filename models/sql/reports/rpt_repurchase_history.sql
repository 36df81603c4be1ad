-- When did a listed customer buy a listed item, how much, and what came back? One row per customer, item, day and kind, three years back.
with listed as (
    select distinct
        customer_id,
        item_id
    from {{ source("forecast", "repurchase") }}
)

select
    purchases.customer_id,
    purchases.item_id,
    purchases.purchase_date,
    purchases.kind,
    {{ from_micro("purchases.quantity_micro") }} as quantity,
    {{ from_micro("purchases.value_micro") }} as amount
from {{ ref("fct_customer_purchase") }} as purchases
inner join listed
    on purchases.customer_id = listed.customer_id
    and purchases.item_id = listed.item_id
cross join {{ ref("int_company") }} as company
where purchases.purchase_date > company.data_through - 1096
    and purchases.purchase_date <= company.data_through
