"""What was learned by comparing series and models, so that a series can be forecast again without the others?

A `Selection` holds everything that looks across series or back at past forecasts, as of one cutoff: the shared season and
holiday effect, the weights of the combination, the champions, what the boosted model says of each series relative to its level,
and how past errors were spread. `fit(..., selection=)` then needs the models at the present cutoff only, and what it says of a
series depends on that series alone. The JSON text can be read, compared and kept; the same selection is the same bytes, and
`from_json` gives back every number to the last bit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from kernel.errors import InvalidInput
from kernel.ids import stable_id

__all__ = ["FORMAT", "Endings", "EventLift", "Loan", "Selection", "SeriesChoice", "Spread", "Tuned", "TunedChoice"]

FORMAT = 7
_READABLE_LINES = ("champions", "weights", "pattern_errors", "busyness", "event_lifts", "loans")


@dataclass(frozen=True)
class SeriesChoice:
    """What was chosen for one series.

    Attributes:
        model: that serves it. runner_up: the next best, or None. reason: tail of the message key.
        origin_count: past cutoffs with known demand. wape, naive_wape: over them, None where nothing was sold.
        lift: by period ahead, what the boosted model said / (level models + a hundredth of a usual order); empty without one.
    """

    model: str
    runner_up: str | None
    reason: str
    origin_count: int
    wape: float | None
    naive_wape: float | None
    lift: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Spread:
    """How past errors lay around their forecasts, by segment (see `distribution.Calibration`)."""

    chance: dict[str, tuple[float, ...]]
    variance: dict[str, tuple[float, ...]]
    levels: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Loan:
    """What a young series borrows from others (see `newcomers.Borrowed`): `mean` by period ahead, taken by `share`; `donor`: the
    series a person named, or None."""

    mean: tuple[float, ...]
    share: float
    sigma: float
    size: float
    frequency: float
    attribute: str
    donor: int | None
    donors: int
    periods: int


@dataclass(frozen=True)
class Endings:
    """What all series teach of demand that ends: `habit`, share of periods without demand; `hazard`, chance per period of an end;
    `kept`, by class of odds (`silence.ODDS`), the share of the usual demand that came all the same."""

    habit: float
    hazard: float
    kept: tuple[float, ...]


@dataclass(frozen=True)
class TunedChoice:
    """What was learned of one series that an entry of a specification serves: `wape` at past cutoffs, None where nothing was
    sold; `weights` of the members of an engine entry."""

    wape: float | None
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Tuned:
    """What was learned of the series left to a specification: `spread`, `lead_time_spread` as in `Selection`; `series`; `beyond`:
    those above the limit of one fit, which keep the engine."""

    spread: Spread
    lead_time_spread: Spread | None
    series: dict[int, TunedChoice]
    beyond: tuple[int, ...] = ()


@dataclass(frozen=True)
class EventLift:
    """What an event does to a period that lies wholly in each of its windows: `shared` to a series nothing more is known of,
    `own` to single series, give or take `variance`; windows are moved by `delay` days. Promotions weigh by their discount /
    `usual_discount`."""

    usual_discount: float
    shared: tuple[float, ...]
    own: dict[int, tuple[float, ...]]
    variance: tuple[float, ...]
    delay: int


@dataclass(frozen=True)
class Selection:
    """All that was chosen at one cutoff.

    Attributes:
        frequency, cutoff, horizon: of the fit it comes from. reach: periods ahead its models were run.
        first_period: where its history begins; a refit looks no further back.
        season: index by position of the year, shared by all. season_doubt: how easily a series has one of its own.
        holiday: lift by window around the Spring Festival; empty: none. holiday_variance: of a coming one.
        loans: by series, of young ones that borrow. event_lifts: by name, of events whose effect is used.
        busyness: pattern -> mean demand that divides the lower half, the upper half and the busiest tenth.
        weights: segment (pattern|tier; "": all) -> member -> weight by period ahead, beyond the end the last one.
        pattern_errors: pattern -> model -> relative error.
        endings: what all series teach of demand that ends (see `fading.Endings`).
        variation: spread / level of a typical series. spread: of single periods. lead_time_spread: of sums over lead times, or
            None.
        champions: series -> what was chosen for it.
        tuned: of series left to a specification; None where there was none.
    """

    frequency: str
    cutoff: date
    horizon: int
    reach: int
    first_period: date
    season: tuple[float, ...]
    season_doubt: float
    holiday: tuple[float, ...]
    holiday_variance: tuple[float, ...]
    event_lifts: dict[str, EventLift]
    loans: dict[int, Loan]
    busyness: dict[str, tuple[float, ...]]
    weights: dict[str, dict[str, tuple[float, ...]]]
    pattern_errors: dict[str, dict[str, float]]
    endings: Endings | None
    variation: float
    spread: Spread
    lead_time_spread: Spread | None
    champions: dict[int, SeriesChoice]
    tuned: Tuned | None = None

    @property
    def selection_id(self) -> str:
        """Hash of the content."""
        return stable_id("selection", self.to_json())

    def to_json(self) -> str:
        """One readable text: a line per series and segment, keys in order, numbers in full."""
        told: dict[str, Any] = {"format": FORMAT}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, date):
                value = value.isoformat()
            elif field.name in ("champions", "loans"):
                value = {str(key): asdict(one) for key, one in sorted(value.items())}
            elif field.name == "event_lifts":
                value = {name: asdict(one) for name, one in sorted(value.items())}
            elif isinstance(value, Spread | Endings | Tuned):
                value = asdict(value)
            told[field.name] = value
        lines = []
        for name in told:
            value = told[name]
            if name in _READABLE_LINES and value:
                inner = ",\n".join(f"  {_compact(key)}: {_compact(value[key])}" for key in _ordered(value))
                lines.append(f"{_compact(name)}: {{\n{inner}\n}}")
            else:
                lines.append(f"{_compact(name)}: {_compact(value)}")
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> Selection:
        """The selection that was written.

        Raises:
            InvalidInput: the text is no selection of this format.
        """
        try:
            told = json.loads(text)
            if told.pop("format") != FORMAT:
                raise ValueError("format")
            for name in ("cutoff", "first_period"):
                told[name] = date.fromisoformat(told[name])
            for name in ("season", "holiday", "holiday_variance"):
                told[name] = tuple(told[name])
            told["weights"] = {
                name: {member: tuple(ahead) for member, ahead in members.items()} for name, members in told["weights"].items()
            }
            told["busyness"] = {key: tuple(value) for key, value in told["busyness"].items()}
            told["champions"] = {
                int(key): SeriesChoice(**{**value, "lift": tuple(value["lift"])}) for key, value in told["champions"].items()
            }
            told["event_lifts"] = {
                name: EventLift(
                    one["usual_discount"],
                    tuple(one["shared"]),
                    {int(key): tuple(value) for key, value in one["own"].items()},
                    tuple(one["variance"]),
                    one["delay"],
                )
                for name, one in told["event_lifts"].items()
            }
            told["loans"] = {int(key): Loan(**{**one, "mean": tuple(one["mean"])}) for key, one in told["loans"].items()}
            if told["endings"] is not None:
                told["endings"] = Endings(**{**told["endings"], "kept": tuple(told["endings"]["kept"])})
            told["tuned"] = None if told["tuned"] is None else _tuned(told["tuned"])
            for name in ("spread", "lead_time_spread"):
                told[name] = None if told[name] is None else _spread(told[name])
            return cls(**told)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput("forecasting.selection_unreadable", got=str(error)[:200], expected=f"format {FORMAT}") from error


def _spread(told: dict[str, Any]) -> Spread:
    return Spread(**{name: {key: tuple(value) for key, value in told[name].items()} for name in ("chance", "variance", "levels")})


def _tuned(told: dict[str, Any]) -> Tuned:
    later = told["lead_time_spread"]
    series = {int(key): TunedChoice(one["wape"], tuple(one["weights"])) for key, one in told["series"].items()}
    return Tuned(_spread(told["spread"]), None if later is None else _spread(later), series, tuple(told["beyond"]))


def _ordered(value: dict[str, Any]) -> list[str]:
    return sorted(value, key=lambda key: (int(key), "") if key.lstrip("-").isdigit() else (0, key))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
