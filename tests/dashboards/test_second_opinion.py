"""A planner may ask statsmodels about the series that is open, sees whether it would have been nearer, and may take it over."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.messages import text
from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger


@pytest.mark.parametrize("language", ["en", "zh"])
def test_asking_compares_every_model_with_the_one_in_use(home: Path, visit: Open, language: str) -> None:
    app = visit("forecast", language=language)
    ask = next(button for button in app.button if button.label == text("screen.opinion.ask", language))

    app = ask.click().run(timeout=120)

    assert [] == list(app.exception)
    compared = next(frame.value for frame in app.dataframe if text("screen.column.rmsse", language) in frame.value.columns)
    models = set(compared[compared.columns[0]])
    for name in ("ets", "theta", "sarimax", "champion", "seasonal_naive"):
        assert text(f"screen.opinion_model.{name}", language) in models
    assert "screen." not in words(app)


def test_a_forecast_taken_over_becomes_an_override_with_its_reason(home: Path, visit: Open) -> None:
    app = visit("forecast")
    app = next(button for button in app.button if button.label == text("screen.opinion.ask")).click().run(timeout=120)
    take = next(button for button in app.button if button.label.startswith("Take over as override"))

    take.click().run(timeout=120)

    stored = open_ledger(home / "ledger.db").records("select override_quantity, reason from forecast_override")
    assert 6 == len(stored)
    assert {True} == {row["override_quantity"] >= 0 for row in stored}
    assert stored[0]["reason"].startswith("Second opinion: ")
