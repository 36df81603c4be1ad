"""The call list is worked through: who is called leaves it, why stays readable, and the whole set goes home as a file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dashboards.navigation import entries
from dashboards.repurchase_list import OUTCOMES, outcome_body, split_body, view_of
from kernel.messages import has_text
from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger


def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "subject_id": ["a", "b", "c", "d"],
            "outcome": [None, "lost", "not_reached", None],
            "has_open_order": [False, False, False, True],
            "is_overdue": [False, True, False, False],
            "lapsed_probability": [0.6, 0.9, 0.1, None],
            "amount_at_risk": [10.0, 50.0, 1.0, 0.0],
        },
        schema_overrides={"outcome": pl.String},
    )


@pytest.mark.fast
@pytest.mark.parametrize(
    ("view", "expected"),
    [("to_call", ["a", "c"]), ("overdue", ["b"]), ("at_risk", ["b", "a"]), ("marked", ["b", "c"]), ("all", ["a", "b", "c", "d"])],
)
def test_each_view_holds_what_its_name_says(view: str, expected: list[str]) -> None:
    """Who has an order open or was settled is not called; who was not reached is called again."""
    assert expected == view_of(frame(), view)["subject_id"].to_list()


@pytest.mark.fast
def test_an_outcome_is_read_back_as_it_was_said_and_a_plain_remark_stays_one() -> None:
    assert ("lost", "too dear: 5 % more") == split_body(outcome_body("lost", " too dear: 5 % more "))
    assert ("called", "") == split_body(outcome_body("called", ""))
    assert ("", "note: nothing") == split_body("note: nothing")
    assert [] == [code for code in OUTCOMES if not has_text(f"screen.repurchase_outcome.{code}")]


@pytest.mark.fast
def test_sales_has_the_list_in_its_menu() -> None:
    assert "repurchase" in entries("sales")


def test_the_list_says_whom_to_call_and_how_the_last_one_did(home: Path, visit: Open) -> None:
    app = visit("repurchase")
    shown = app.dataframe[0].value

    assert [] == list(app.exception)
    assert [1, 2, 3] == shown["Rank"].to_list()  # the fourth has an order open
    assert "Buys about every 21 days (5 times), last 10 days ago: due soon" == shown["Why"][0]
    assert "50 %" == next(metric.value for metric in app.metric if "first 50" in metric.label)
    assert 3 == len(app.dataframe[1].value)


def test_a_linked_row_opens_with_history_and_its_outcome_takes_it_off_the_list(home: Path, visit: Open) -> None:
    first = visit("repurchase").dataframe[0].value
    pair = f"{first['Customer code'][0]}|{first['SKU'][0]}"
    app = visit("repurchase", login="planner", pair=pair)
    assert "How did the call go?" in words(app)

    why = next(each for each in app.text_input if "agreed" in each.label)
    why.set_value("orders next week")
    next(each for each in app.button if each.label == "Save the outcome").click().run()

    assert [] == list(app.exception)
    notes = open_ledger(home / "ledger.db").records("select subject_kind, subject_id, body from note")
    assert [("repurchase", pair, "called: orders next week")] == [tuple(row.values()) for row in notes]
    assert 1 not in app.dataframe[0].value["Rank"].to_list()
    assert "Called" in words(app)


def test_a_link_to_a_pair_that_is_gone_says_so(home: Path, visit: Open) -> None:
    app = visit("repurchase", pair="NOBODY|NOTHING")

    assert "not on the present list" in app.warning[0].value
