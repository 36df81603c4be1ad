{#
How do ledger integers become figures for people without losing a digit?

The ledger counts in millionths (quantities, prices, *_micro) and in minor units (*_amount). A decimal divided by anything
is a DOUBLE in DuckDB and SUM of BIGINT is a HUGEINT, so the one way out is to multiply by an exact 0.000001.
#}

{# Millionths, plain or summed, as DECIMAL(38,6). #}
{% macro from_micro(expression) -%}
    cast(cast({{ expression }} as decimal(31, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(38, 6))
{%- endmacro %}

{# DECIMAL(38,6) back to ledger millionths. #}
{% macro to_micro(expression) -%}
    cast(cast({{ expression }} as decimal(31, 6)) * cast(1000000 as decimal(7, 0)) as bigint)
{%- endmacro %}

{# Quantity x price, both in millionths: millionths of the currency, half away from zero, exact in 128 bits. #}
{% macro extended_micro(quantity, price) -%}
    cast(
        sign({{ quantity }}) * sign({{ price }})
        * ((abs(cast({{ quantity }} as hugeint)) * abs(cast({{ price }} as hugeint)) + 500000) // 1000000)
        as hugeint
    )
{%- endmacro %}

{# Whole-number ratio a x b / c rounded half away from zero; null when c is zero. #}
{% macro scaled(a, b, c) -%}
    case
        when ({{ c }}) = 0 then null
        else cast(
            sign({{ a }}) * sign({{ b }}) * sign({{ c }})
            * (
                (2 * abs(cast({{ a }} as hugeint)) * abs(cast({{ b }} as hugeint)) + abs(cast({{ c }} as hugeint)))
                // (2 * abs(cast({{ c }} as hugeint)))
            )
            as hugeint
        )
    end
{%- endmacro %}

{# A rate for people: null, not zero and not an error, when there is nothing to divide by. #}
{% macro rate(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{#
Sample standard deviation of whole numbers from exact sums, so that it does not depend on the order of the rows to its last digit:
sqrt((n x sum of squares - square of the sum) / (n x (n - 1))); null below two rows.
#}
{% macro exact_stddev_samp(whole, condition="true") -%}
    sqrt(
        cast(
            count({{ whole }}) filter (where {{ condition }})
            * sum(cast({{ whole }} as hugeint) * cast({{ whole }} as hugeint)) filter (where {{ condition }})
            - sum(cast({{ whole }} as hugeint)) filter (where {{ condition }})
            * sum(cast({{ whole }} as hugeint)) filter (where {{ condition }})
            as double
        )
        / nullif(
            count({{ whole }}) filter (where {{ condition }}) * (count({{ whole }}) filter (where {{ condition }}) - 1), 0
        )
    )
{%- endmacro %}
