-- For which days was value moved or entered since the marts were last built? One row per day, however long ago it is.
{# Read only while going on, so dbt does not see them otherwise. #}
{%- if not execute %}
-- depends_on: {{ source("pipeline", "models_built") }}
{%- endif %}
{{ config(materialized="ephemeral") }}
select business_date
from {{ ref("fct_movement_line") }}
where posting_sequence > {{ built_watermark() }}
union
select business_date
from {{ ref("stg_value_entry") }}
where posting_sequence > {{ built_watermark() }}
