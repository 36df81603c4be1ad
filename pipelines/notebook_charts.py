"""How does a chart of a notebook reach the reader's screen, with or without a network?

Every output carries the chart twice: as data, which front ends with a Vega of their own draw without the network, and as a page
that loads Vega for the others.
"""

from __future__ import annotations

from typing import Any

import altair as alt

__all__ = ["CHART_MIME", "use_charts"]

CHART_MIME = "application/vnd.vegalite.v6+json"


def use_charts() -> None:
    """Draw altair's charts so from now on in this kernel."""
    page = alt.renderers.get()

    def drawn(chart: dict[str, Any], **options: Any) -> dict[str, Any]:
        return {**page(chart, **options), CHART_MIME: chart}

    if alt.renderers.active == "default":
        alt.renderers.register("house", drawn)
        alt.renderers.enable("house")
    # A company of hundreds of series has more past forecasts than the 5,000 rows a chart is limited to.
    alt.data_transformers.disable_max_rows()
