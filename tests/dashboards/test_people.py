"""Who may come in, and as whom does a command go out?"""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.dashboards.conftest import APP, Open
from tests.dashboards.words import words


def test_a_wrong_password_stays_outside_and_says_so(home: Path) -> None:
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    app.text_input[0].set_value("planner")
    app.text_input[1].set_value("not the password")
    app.button[0].click().run()

    assert 1 == len(app.error)
    assert "planner" in app.error[0].value or "password" in app.error[0].value.lower()
    assert [] == list(app.metric)


def test_nobody_may_switch_person_outside_the_demo(home: Path, visit: Open) -> None:
    outside = visit(login="")
    inside = visit("today")

    assert [] == [button.key for button in outside.button if (button.key or "").startswith("be_")]
    assert "switch_user" not in [box.key for box in inside.selectbox]


def test_the_own_language_is_used_when_the_link_says_none(home: Path) -> None:
    from tests.company import common
    from tests.dashboards.snapshot_fixture import PASSWORD
    from transactional import auth, open_ledger
    from transactional.commands import DefineUser

    ledger = open_ledger(home / "ledger.db")
    secret = auth.hash_password(PASSWORD)
    wang = {"login": "wang", "name": "Wang", "name_zh": "王", "role": "planner", "language": "zh", "password_hash": secret}
    ledger.post([DefineUser(**wang, **common("system"))])
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    app.text_input[0].set_value("wang")
    app.text_input[1].set_value(PASSWORD)
    app.button[0].click().run()

    assert "今日" == app.title[0].value


def test_a_viewer_is_told_kindly_that_the_role_may_not_approve(home: Path, visit: Open) -> None:
    app = visit("suggestions", login="viewer")

    assert [] == list(app.exception)
    assert "Your role (viewer) may read suggestions, not decide on them" in words(app)
    assert not {"Approve", "Reject"} & {button.label for button in app.button}
