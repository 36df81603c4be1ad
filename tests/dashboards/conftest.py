"""A published home per test, and the app as a signed-in person sees it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import navigation
from tests.dashboards.snapshot_fixture import PASSWORD, build_home

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
def visit() -> Open:
    """Open the app, sign in and go to a page."""

    def opened(page: str = "", *, login: str = "planner", language: str = "en", **link: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.query_params["lang"] = language
        app.run()
        if login:
            app.text_input[0].set_value(login)
            app.text_input[1].set_value(PASSWORD)
            app.button[0].click().run()
        if page:
            app.switch_page(f"app_pages/{page}.py")
        for name, value in link.items():
            app.query_params[name] = value
        if page or link:
            app.run()
        return app

    return opened
