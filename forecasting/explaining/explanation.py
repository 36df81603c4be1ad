"""What can be said in words about the forecast of one series?

`explain` reads a `ForecastResult` and returns sentences as message keys with values, so that every screen
and report says them in its reader's language.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import polars as pl

from forecasting.engine import ForecastResult
from kernel.errors import NotFound
from kernel.messages import text

__all__ = ["Explanation", "Sentence", "explain", "explain_all", "reason_text"]

_VISIBLE_SEASON = 0.2  # below a fifth of the variance a season is not worth a sentence
_PEAK = 1.1
_MOST_MARKS = 3
_MODEL_VALUES = ("model", "runner_up", "specified")


@dataclass(frozen=True)
class Sentence:
    """A message key and its values."""

    key: str
    values: dict[str, object]

    def text(self, language: str = "en") -> str:
        """The sentence with model and pattern names in `language`."""
        return reason_text(self.key, json.dumps(self.values, default=str), language)


@dataclass(frozen=True)
class Explanation:
    """`champion`: the row of `champions`; `sentences` in reading order; `profile`: `position`, `index`."""

    series_id: int
    champion: dict[str, object]
    sentences: list[Sentence]
    profile: pl.DataFrame


def explain(result: ForecastResult, series_id: int) -> Explanation:
    """The champion's reason, pattern, trend, season, reading notes, events and marks of one series.

    Raises:
        NotFound: the result does not hold the series.
    """
    rows = result.champions.filter(pl.col("series_id") == series_id)
    if rows.is_empty():
        raise NotFound("forecasting.series_unknown", series_id=series_id, cutoff="the run")
    row = rows.row(0, named=True)
    profile = result.seasonal_profile.filter(pl.col("series_id") == series_id).select("position", "index")
    sentences = [Sentence(row["reason_key"], json.loads(row["reason_values"]))]
    if row["adi"] is not None:
        sentences.append(
            Sentence(
                "forecasting.explain.pattern",
                {"pattern": row["demand_pattern"], "adi": round(row["adi"], 2), "cv2": round(row["cv2"], 2)},
            )
        )
    level = _level(result, series_id)
    if level > 0:
        # Slope of the deseasonalised history per period against the level of the forecast.
        sentences.append(Sentence("forecasting.explain.trend", {"rate": round(row["trend_per_period"] / level, 4)}))
    high = profile.filter(pl.col("index") >= _PEAK).sort("index", descending=True)
    if row["seasonal_strength"] >= _VISIBLE_SEASON and not high.is_empty():
        values = {
            "strength": round(row["seasonal_strength"], 2),
            "positions": ", ".join(str(place) for place in high["position"].head(3)),
            "index": round(high["index"][0], 2),
        }
        sentences.append(Sentence("forecasting.explain.season", values))
    notes = result.series_notes.filter(pl.col("series_id") == series_id)
    for note in notes.iter_rows(named=True):
        values = {"period_count": note["period_count"], "quantity": note["quantity"] or 0.0}
        sentences.append(Sentence(note["note_key"], values))
    sentences += _event_sentences(result, series_id) + _mark_sentences(result, series_id)
    return Explanation(series_id, row, sentences, profile)


def explain_all(result: ForecastResult) -> pl.DataFrame:
    """`explain` of every series of a run as rows.

    Returns: `series_id`, `position` (from 0, in reading order), `sentence_key`, `sentence_values` (JSON text).
    """
    names = ("demand_forecasts", "champions", "seasonal_profile", "series_notes", "demand_marks")
    parts = {name: getattr(result, name).partition_by("series_id", as_dict=True) for name in names}
    effects = result.event_effects
    shared = effects.filter(pl.col("series_id").is_null())
    own = effects.filter(pl.col("series_id").is_not_null()).partition_by("series_id", as_dict=True)
    rows: list[tuple[int, int, str, str]] = []
    for (series_id,) in sorted(parts["champions"]):
        frames = {name: parts[name].get((series_id,), getattr(result, name).clear()) for name in names}
        mine = own.get((series_id,))
        alone = replace(result, **frames, event_effects=shared if mine is None else pl.concat([shared, mine]))
        for position, sentence in enumerate(explain(alone, int(series_id)).sentences):
            rows.append((int(series_id), position, sentence.key, json.dumps(sentence.values, default=str, ensure_ascii=False)))
    schema = {"series_id": pl.Int64, "position": pl.Int64, "sentence_key": pl.String, "sentence_values": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _event_sentences(result: ForecastResult, series_id: int) -> list[Sentence]:
    """Of each event that is used here: the series' own effect, else what all series share."""
    mine = result.event_effects.filter(pl.col("series_id").is_null() | (pl.col("series_id") == series_id))
    # A series' own row follows the shared one and takes its place.
    chosen = {str(row["event"]): row for row in mine.sort("event", "series_id", nulls_last=False).iter_rows(named=True)}
    found = []
    for row in chosen.values():
        values: dict[str, object] = {
            "event": row["event"],
            "occurrences": row["occurrences"],
            "effect": round(row["effect"] - 1, 3),
        }
        if row["is_used"] and row["series_id"] is not None:
            values |= {"lift": round(row["lift_quantity"], 1), "pulled": round(row["pull_forward_quantity"], 1)}
            found.append(Sentence("forecasting.explain.event_own", values))
        elif row["is_used"]:
            found.append(Sentence("forecasting.explain.event_shared", values))
    return found


def _mark_sentences(result: ForecastResult, series_id: int) -> list[Sentence]:
    """The latest marks; one line each, with what became of it."""
    rows = result.demand_marks.filter(pl.col("series_id") == series_id).sort("period_start", descending=True).head(_MOST_MARKS)
    found = []
    for row in rows.iter_rows(named=True):
        values = {**json.loads(row["reason_values"]), "period_start": row["period_start"]}
        found.append(
            Sentence("forecasting.explain.marked_applied" if row["is_applied"] else "forecasting.explain.marked", values)
        )
    return found


def reason_text(reason_key: str, reason_values: str, language: str = "en") -> str:
    """A champion's reason as a sentence.

    >>> reason_text("forecasting.reason.no_demand", '{"period_count": 9}')
    'No demand in 9 known periods: the forecast is zero'
    """
    values = dict(json.loads(reason_values))
    values = {name: "–" if value is None else value for name, value in values.items()}
    if language != "en" and "reason_zh" in values:
        values["reason"] = values["reason_zh"]
    for name in _MODEL_VALUES:
        values[name] = text(f"forecasting.model.{values[name]}", language) if values.get(name, "–") != "–" else "–"
    if values.get("unit"):
        values["unit"] = text(f"forecasting.periods.{values['unit']}", language)
    if values.get("pattern"):
        values["pattern"] = text(f"forecasting.pattern.{values['pattern']}", language)
    return text(reason_key, language, **values)


def _level(result: ForecastResult, series_id: int) -> float:
    mine = result.demand_forecasts.filter((pl.col("series_id") == series_id) & (pl.col("measure") == "mean"))
    mean = mine["quantity"].mean()
    return float(mean) if isinstance(mean, float) else 0.0
