{#
How far is a supply of a late line's chain, as the wait ended? `supplies` is int_supply, `walk` the chain's row: arrival_id 0 means not
there yet, and ahead_days are the standard days after this supply that have not passed yet. Of what is not over only the days that have
passed count as its standard, and nobody is late yet by what still lies ahead.
#}

{# The day it should have come by its own plan; time given by the customer's own move, or by a promise
made knowing better, is not time that anybody won. #}
{% macro planned_end(supplies, walk) -%}
    least(
        greatest(
            {{ supplies }}.planned_end_date + {{ walk }}.ahead_days,
            least({{ supplies }}.planned_end_date + {{ walk }}.ahead_days + {{ walk }}.given_days, {{ walk }}.need_date)
        ),
        case when {{ walk }}.arrival_id = 0 then {{ walk }}.end_date else date '9999-12-31' end
    )
{%- endmacro %}

{# Its standard days of making, of the road, or of inspection. What was sent early has until its due date: closed days are planned in. #}
{% macro run_days(supplies, waits, walk) -%}
    case
        when {{ walk }}.arrival_id <> 0
            then greatest(
                {{ supplies }}.run_days, cast({{ planned_end(supplies, walk) }} - {{ waits }}.sent_date as integer)
            )
        when {{ supplies }}.start_date <= {{ walk }}.end_date
            then least({{ supplies }}.run_days, cast({{ walk }}.end_date - {{ supplies }}.start_date as integer))
        else 0
    end
{%- endmacro %}

{# Its standard days of picking before the road; only transfers have them. #}
{% macro pick_days(supplies, walk) -%}
    case
        when {{ walk }}.arrival_id <> 0 or {{ supplies }}.start_date <= {{ walk }}.end_date then {{ supplies }}.pick_days
        else 0
    end
{%- endmacro %}

{# Whether a movement changes what can be used at all: neither a move between bins, nor one that was reversed, nor its reversal. #}
{% macro changes_usable_stock() -%}
    movement_line_id not in (
        select movement_line_id
        from {{ ref("fct_movement_line") }}
        where document_kind = 'move'
            and location_kind = 'bin'
            and status = 'available'
        group by all
        having count(*) = 2
    )
    and reversal_of_movement_id is null
    and movement_id not in (
        select reversal_of_movement_id from {{ ref("fct_movement_line") }} where reversal_of_movement_id is not null
    )
{%- endmacro %}
