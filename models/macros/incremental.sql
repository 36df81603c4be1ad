{#
How does a model go on from where the last whole build of the marts stood?

The pipeline writes one row to `pipeline.models_built` after every model and test of the marts succeeded: the posting it reached
(`watermark`) and the day it reported for (`data_through`). A build that was stopped leaves the older row, so the next one takes
the same postings again, and models that go on replace what they touch: twice is once. When a file of this project, a variable or
a fact these models keep a copy of changes, the pipeline builds them from the start (--full-refresh).
#}

{# The last posting the marts have seen; -1 before the first whole build. #}
{% macro built_watermark() -%}
    {%- set found = _last_build("max(watermark)") -%}
    {{- -1 if found is none else found -}}
{%- endmacro %}

{# The day the marts were last built for. #}
{% macro built_through() -%}
    {%- set found = _last_build("max(data_through)") -%}
    date '{{ "0001-01-01" if found is none else found }}'
{%- endmacro %}

{% macro _last_build(expression) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set rows = run_query("select " ~ expression ~ " from " ~ source("pipeline", "models_built")).rows -%}
    {{ return(rows[0][0] if rows | length else none) }}
{%- endmacro %}

{#
Strategy `replace_tail`: of every key that came, replace all rows from its first new one on.

unique_key: the columns of the key and, last, the one that orders its rows.
#}
{% macro get_incremental_replace_tail_sql(arg_dict) -%}
    {%- set target, incoming = arg_dict["target_relation"], arg_dict["temp_relation"] -%}
    {%- set key, order = arg_dict["unique_key"][:-1], arg_dict["unique_key"][-1] -%}
    {%- set columns = arg_dict["dest_columns"] | map(attribute="quoted") | join(", ") -%}
    delete from {{ target }} as kept
    using (select {{ key | join(", ") }}, min({{ order }}) as first_new from {{ incoming }} group by all) as tails
    where kept.{{ order }} >= tails.first_new
        {%- for column in key %}
        and kept.{{ column }} = tails.{{ column }}
        {%- endfor %};

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ incoming }}
{%- endmacro %}
