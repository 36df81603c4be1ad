-- Who sells to us, and until when may they? One row per supplier.
-- qualified_until: the first mandatory kind of certificate to run out, counting for each kind the certificate that lasts longest.
with suppliers as (
    select * from {{ ref("stg_supplier") }}
),

certificates as (
    select
        supplier_id,
        kind,
        -- A certificate without expiry date never runs out.
        max(coalesce(qualification_expiry_date, date '9999-12-31')) as expiry_date
    from {{ ref("stg_supplier_qualification") }}
    where is_mandatory
    group by all
),

qualification as (
    select
        supplier_id,
        nullif(min(expiry_date), date '9999-12-31') as qualified_until
    from certificates
    group by all
)

select
    suppliers.supplier_id,
    suppliers.code as supplier_code,
    suppliers.name as supplier_name,
    coalesce(nullif(suppliers.name_zh, ''), suppliers.name) as supplier_name_zh,
    suppliers.status,
    suppliers.credit_rating,
    suppliers.is_preferred,
    suppliers.city,
    suppliers.currency,
    suppliers.release_fence_days,
    qualification.qualified_until
from suppliers
left join qualification
    on suppliers.supplier_id = qualification.supplier_id
