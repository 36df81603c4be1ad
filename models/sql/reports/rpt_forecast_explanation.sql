-- What does the engine say of each series, in the reader's words? One row per series x frequency x sentence, in reading order.
select series_id, frequency, position, sentence_key, sentence_values
from {{ source("forecast", "explanations") }}
