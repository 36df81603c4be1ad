"""What people tell about demand is in the ledger at once, shows in the review, and can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger


def rows(home: Path, statement: str) -> list[dict[str, Any]]:
    return open_ledger(home / "ledger.db").records(statement)


def field(app: AppTest, kind: str, label: str) -> Any:
    return next(each for each in getattr(app, kind) if each.label.startswith(label))


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def corrected(visit: Open) -> AppTest:
    app = visit("forecast")
    field(app, "text_input", "More or less").set_value("-200")
    reason = [each for each in app.text_input if each.placeholder.startswith("e.g. one-off")]
    reason[0].set_value("trade fair")
    return press(app, "Save correction")


def test_a_corrected_day_is_in_the_ledger_and_on_the_page(home: Path, visit: Open) -> None:
    app = corrected(visit)

    found = rows(home, "select adjustment_quantity, kind, reason from demand_adjustment where is_current = 1")
    assert [(-200_000_000, "outlier", "trade fair")] == [tuple(row.values()) for row in found]
    assert "trade fair" in words(app)
    assert "-200" in words(app)


def test_a_correction_is_taken_back_with_a_reason(home: Path, visit: Open) -> None:
    app = corrected(visit)
    reason = [each for each in app.text_input if each.label.startswith("Reason") and not each.placeholder]
    reason[0].set_value("it was no fair")
    press(app, "Take back")

    assert [] == rows(home, "select 1 from demand_adjustment where is_current = 1")


def test_a_correction_that_is_no_number_is_refused_in_words(home: Path, visit: Open) -> None:
    app = visit("forecast")
    field(app, "text_input", "More or less").set_value("many")
    press(app, "Save correction")

    assert [] == list(app.exception)
    assert app.error
    assert [] == rows(home, "select 1 from demand_adjustment")


def test_an_event_of_an_item_is_recorded(home: Path, visit: Open) -> None:
    app = visit("forecast")
    app.segmented_control(key=next(each.key for each in app.segmented_control if "learned_what" in str(each.key))).set_value(
        "event"
    ).run()
    field(app, "text_input", "Name").set_value("Autumn sale")
    press(app, "Save event")

    found = rows(home, "select name, kind, item_id is not null as is_own from business_event where name = 'Autumn sale'")
    assert [("Autumn sale", "promotion", 1)] == [tuple(row.values()) for row in found]
    assert "Autumn sale" in words(app)


def test_a_new_item_borrows_the_history_of_another(home: Path, visit: Open) -> None:
    app = visit("forecast")
    app.segmented_control(key=next(each.key for each in app.segmented_control if "learned_what" in str(each.key))).set_value(
        "borrow"
    ).run()
    reason = [each for each in app.text_input if each.placeholder.startswith("e.g. successor")]
    reason[0].set_value("follows it")
    app = press(app, "Borrow")

    found = rows(home, "select factor_ppm, reason from demand_reference where is_current = 1")
    assert [(1_000_000, "follows it")] == [tuple(row.values()) for row in found]
    assert "Borrows the history of" in words(app)


def test_a_viewer_sees_what_was_told_and_may_not_tell(home: Path, visit: Open) -> None:
    app = visit("forecast", login="viewer")

    assert [] == list(app.exception)
    assert not any(button.label == "Save correction" for button in app.button)


def test_an_event_is_taken_back_on_screen_with_a_reason(home: Path, visit: Open) -> None:
    app = visit("forecast")
    app.segmented_control(key=next(each.key for each in app.segmented_control if "learned_what" in str(each.key))).set_value(
        "event"
    ).run()
    field(app, "text_input", "Name").set_value("Autumn sale")
    press(app, "Save event")
    seen = words(app)
    reason = [each for each in app.text_input if each.label.startswith("Reason") and not each.placeholder]
    reason[0].set_value("called off")
    press(app, "Take back")

    assert "touches this item · Planner" in seen
    assert [1] == [
        row["is_withdrawn"] for row in rows(home, "select is_withdrawn from business_event where name = 'Autumn sale'")
    ]


def test_an_override_is_given_back_from_its_log(home: Path, visit: Open) -> None:
    app = visit("forecast")
    editor = app.data_editor[0]
    app.session_state[editor.key] = {"edited_rows": {5: {"Override": "150"}}, "added_rows": [], "deleted_rows": []}
    next(each for each in app.text_input if each.placeholder.startswith("e.g. customer")).set_value("agreed")
    press(app, "Save override")
    back = next(each for each in app.text_input if str(each.key).startswith("take_back:"))
    back.set_value("not after all")
    press(app, "Take back")

    written = rows(home, "select override_quantity, reason from forecast_override order by forecast_override_id")
    assert [(150_000_000, "agreed"), (None, "not after all")] == [tuple(row.values()) for row in written]
    assert "given back" in app.success[0].value.lower()


def test_sales_tells_events_and_takes_them_back_and_corrects_no_day(home: Path, visit: Open) -> None:
    app = visit("forecast", login="sales")
    field(app, "text_input", "Name").set_value("Trade fair")
    press(app, "Save event")
    reason = [each for each in app.text_input if each.label.startswith("Reason") and not each.placeholder]
    reason[0].set_value("called off")
    press(app, "Take back")

    assert [1] == [row["is_withdrawn"] for row in rows(home, "select is_withdrawn from business_event where name = 'Trade fair'")]
    assert "Save correction" not in [button.label for button in app.button]
