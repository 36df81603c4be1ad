{#
Which rows of an append-only raw table stand now?

A ledger row that changed was ingested again with its new posting sequence: per key the highest one stands. Tables whose rows
never change pass no key and are read as they are.
#}
{% macro latest_rows(source_relation, key=none) -%}
    select *
    from {{ source_relation }}
    {%- if key %}
    qualify row_number() over (
        partition by {{ key | join(", ") }}
        order by posting_sequence desc
    ) = 1
    {%- endif %}
{%- endmacro %}
