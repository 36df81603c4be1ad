-- Which overrides cannot be followed as meant, and why? One row per override x frequency x problem.
select frequency, level, override_id, problem_key, problem_values
from {{ source("forecast", "override_problems") }}
