-- Which holidays and campaigns of the company's country fall into the history and the forecast? One row per occurrence.
select event_name, event_name_zh, start_date, end_date
from {{ source("forecast", "calendar_events") }}
