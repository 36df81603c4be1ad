"""What a reader sees on a page, as one text."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

__all__ = ["words"]


def words(app: AppTest) -> str:
    """Every visible text of the page."""
    found: list[str] = []
    for kind in ("title", "header", "subheader", "markdown", "caption", "info", "success", "warning", "error", "code"):
        found += [str(element.value) for element in app.get(kind)]
    found += [str(link.proto.label) for link in app.get("page_link")]
    found += [f"{metric.label} {metric.value}" for metric in app.metric]
    found += [button.label for button in app.button]
    for frame in app.dataframe:
        found += [str(name) for name in frame.value.columns]
        found += [str(cell) for column in frame.value.columns for cell in frame.value[column].tolist()]
    return "\n".join(found)
