"""What does one model say about one series, and how is it written down for the next run?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from forecasting.frames import Frequency
from forecasting.tuning.series_parameters import Parameters
from forecasting.tuning.specification import Selector, SpecificationEntry
from kernel.errors import InvalidInput

__all__ = ["SeriesFit"]


@dataclass(frozen=True)
class SeriesFit:
    """One model on one series.

    Args:
        model: the model asked for; `is_fallback` true: it could not be fitted and `forecasts` are the
        champion's.
        reason_key, reason_values: why it fell back (empty otherwise).
        parameters: `name`, `value`.
        components: `period_start`, `component` ('demand','trend','season','remainder'), `quantity`.
        fitted: `period_start`, `demand_quantity`, `fitted_quantity`: one step ahead.
        forecasts: `period_start`, `measure`, `quantity` with the measures of `demand_forecasts`.
        comparison: `model`, `wape`, `mase`, `rmsse`, `bias`, `origin_count` for this model, the champion,
        seasonal naive.
        settings: the tuned parameters, whole, as they would be written down. frequency, cutoff: what was fitted.
    """

    series_id: int
    model: str
    is_fallback: bool
    reason_key: str
    reason_values: dict[str, object]
    parameters: pl.DataFrame
    components: pl.DataFrame
    fitted: pl.DataFrame
    forecasts: pl.DataFrame
    comparison: pl.DataFrame
    settings: Parameters
    frequency: Frequency
    cutoff: date

    def scores(self) -> dict[str, float]:
        """What this model scored on past cutoffs, and seasonal naive and the champion beside it: `wape`, `champion_wape`, ..."""
        found: dict[str, float] = {}
        for row in self.comparison.iter_rows(named=True):
            before = "" if row["model"] == self.model else f"{row['model']}_"
            found |= {f"{before}{name}": round(row[name], 4) for name in ("wape", "rmsse", "bias") if row[name] is not None}
        return found

    def specification(
        self,
        *,
        author: str,
        on: date,
        why: str,
        sku: str | None = None,
        warehouse: str | None = None,
        is_calibrated: bool = True,
        seed: int = 0,
    ) -> SpecificationEntry:
        """This fit as an entry of the file the next run reads.

        Args:
            on: the day it is decided. sku, warehouse: name the series so that people can read it; its id otherwise.

        Raises:
            InvalidInput: the model could not be fitted, or no author or reason is given.
        """
        if self.is_fallback:
            raise InvalidInput("forecasting.specification_not_fitted", series_id=self.series_id, model=self.model)
        whom = Selector(series_id=self.series_id) if sku is None else Selector(sku=sku, warehouse=warehouse)
        return SpecificationEntry(
            selector=whom,
            frequency=self.frequency,
            model=self.model,
            parameters=self.settings,
            author=author,
            decided_on=on,
            why=why,
            is_calibrated=is_calibrated,
            seed=seed,
            data_cutoff=self.cutoff,
            scores=self.scores(),
        ).checked()
