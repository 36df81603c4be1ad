"""What may be tuned of a model of one series? A readable dict per model that can be written down and read back.

    {"order": [0, 1, 1], "seasonal_order": [0, 1, 1], "season": "states", "transformation": "log", "regressors": ["promotion"]}

What a dict leaves out takes its default. "auto" lets length and season of the history decide, as the docstrings of
`series_models` say. Values are text, true or false, numbers and lists of them: what a TOML file holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kernel.errors import InvalidInput

__all__ = ["SERIES_MODELS", "Parameters", "SeriesModel", "checked_parameters", "default_parameters"]

SeriesModel = Literal["ets", "theta", "stl", "sarimax", "unobserved_components"]
SERIES_MODELS: tuple[SeriesModel, ...] = ("ets", "theta", "stl", "sarimax", "unobserved_components")

Parameters = dict[str, Any]


@dataclass(frozen=True)
class _Rule:
    """A parameter: its default, whether a value is right, and how that is said."""

    default: Any
    is_right: Callable[[Any], bool]
    expected: str


def _one_of(*words: str) -> _Rule:
    return _Rule(words[0], lambda value: isinstance(value, str) and value in words, ", ".join(words))


def _whole(low: int, high: int, default: int) -> _Rule:
    return _Rule(default, lambda value: _is_whole(value, low, high), f"a whole number from {low} to {high}")


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _orders(default: list[int], highest: int) -> _Rule:
    def is_right(value: object) -> bool:
        return isinstance(value, list | tuple) and len(value) == 3 and all(_is_whole(one, 0, highest) for one in value)

    return _Rule(default, is_right, f"three whole numbers from 0 to {highest}, such as [0, 1, 1]")


def _names(value: object) -> bool:
    return (
        isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value) and len(set(value)) == len(value)
    )


_SWITCH = _Rule(True, lambda value: isinstance(value, bool), "true or false")
_WINDOW = _Rule(7, lambda value: _is_whole(value, 3, 999) and value % 2 == 1, "an odd number from 3 to 999")
_POWER = _Rule(
    0.5,
    lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1,
    "a number from 0 (logarithm) to 1 (none)",
)
_TRANSFORMED = {"transformation": _one_of("none", "log", "box_cox"), "box_cox_lambda": _POWER}
_BESIDE = {
    "spring_festival": _Rule(False, _SWITCH.is_right, _SWITCH.expected),
    "regressors": _Rule(None, lambda value: value is None or _names(value), "a list of different column names"),
}
_LEVELS = ("local linear trend", "local level", "smooth trend", "random walk with drift", "fixed intercept")

_RULES: dict[str, dict[str, _Rule]] = {
    "ets": {
        "error": _one_of("additive", "multiplicative"),
        "trend": _one_of("additive", "none"),
        "is_damped": _SWITCH,
        "season": _one_of("auto", "none", "additive", "multiplicative"),
        **_TRANSFORMED,
    },
    "theta": {"season": _one_of("auto", "none", "additive", "multiplicative"), **_TRANSFORMED},
    "stl": {
        "trend": _one_of("additive", "none"),
        "is_damped": _SWITCH,
        "season_window": _WINDOW,
        "is_robust": _SWITCH,
        **_TRANSFORMED,
    },
    "sarimax": {
        "order": _orders([0, 1, 1], 5),
        "season": _one_of("auto", "none", "states", "harmonics"),
        "seasonal_order": _orders([0, 1, 1], 2),
        "harmonics": _whole(1, 12, 3),
        **_BESIDE,
        **_TRANSFORMED,
    },
    "unobserved_components": {
        "level": _one_of(*_LEVELS),
        "season": _one_of("auto", "none", "states", "harmonics"),
        "harmonics": _whole(1, 12, 3),
        **_BESIDE,
        **_TRANSFORMED,
    },
}


def default_parameters(model: str) -> Parameters:
    """Everything that may be tuned of `model`, as it is when nothing is said; `regressors` None: all that are given.

    >>> default_parameters("theta")
    {'season': 'auto', 'transformation': 'none', 'box_cox_lambda': 0.5}
    """
    return {name: list(rule.default) if isinstance(rule.default, list) else rule.default for name, rule in _rules(model).items()}


def checked_parameters(model: str, given: Mapping[str, Any] | None = None) -> Parameters:
    """The defaults of `model` with what is `given`.

    Raises:
        InvalidInput: an unknown model or parameter, or a value that cannot be; said with what would be right.
    """
    found = default_parameters(model)
    for name, value in (given or {}).items():
        if name not in found:
            raise InvalidInput("forecasting.parameter_unknown", model=model, parameter=name, expected=", ".join(found))
        rule = _RULES[model][name]
        if not rule.is_right(value):
            raise InvalidInput("forecasting.parameter_invalid", model=model, parameter=name, got=value, expected=rule.expected)
        found[name] = list(value) if isinstance(value, list | tuple) else value
    return found


def _rules(model: str) -> dict[str, _Rule]:
    if model not in _RULES:
        raise InvalidInput("forecasting.bad_argument", argument="model", got=model, expected=", ".join(_RULES))
    return _RULES[model]
