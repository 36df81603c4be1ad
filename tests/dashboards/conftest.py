"""A published home per test, and the app as a signed-in person sees it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import navigation
from dashboards.session import Person
from tests.dashboards.snapshot_fixture import build_home
from transactional import open_ledger, queries

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
PAGES = tuple(place.name for place in navigation.PAGES)

Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_home(tmp_path_factory.mktemp("home") / "var")


@pytest.fixture
def home(template_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own."""
    own = tmp_path / "var"
    shutil.copytree(template_home, own)
    monkeypatch.setenv("THROUGHLINE_HOME", str(own))
    monkeypatch.delenv("THROUGHLINE_LEDGER_URL", raising=False)
    return own


@pytest.fixture
def visit(home: Path) -> Open:
    """Open a page of the app as somebody who is signed in already; "" asks who is there first."""

    def opened(page: str = "", *, login: str = "planner", language: str = "en", **link: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.query_params["lang"] = language
        if login:
            ledger = open_ledger(home / "ledger.db")
            (row,) = [row for row in queries.users(ledger) if row["login"] == login]
            ledger.close()
            app.session_state["person"] = Person(**{field.name: row[field.name] for field in fields(Person)})
        if page:
            app.switch_page(f"app_pages/{page}.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return opened
