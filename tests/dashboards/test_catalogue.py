"""Every visible string comes from the catalogue, in both languages; every key the screens name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dashboards.components.cards import KPI_PERIODS
from dashboards.inbox import KINDS
from kernel.messages import catalogue, has_text

pytestmark = pytest.mark.fast

ROOM = Path(__file__).resolve().parents[2] / "dashboards"
SOURCES = sorted(ROOM.rglob("*.py"))
# What a reader may see of a Streamlit call: its first argument and these keywords.
VISIBLE = {"label", "help", "placeholder", "delta_description", "body", "title", "text"}
QUIET_CALLS = {"page_link", "switch_page", "Page", "set_page_config", "code", "navigation", "form", "html", "grid"}
SILENT_CALLS = {"fragment", "cache_data", "cache_resource"}
WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
ICON = re.compile(r":material/[a-z0-9_]+:|:[a-z]+\[|\\\$")


def _words(node: ast.AST) -> str:
    """Letters a reader would see in a literal, icons and colour marks left out."""
    parts = [piece.value for piece in ast.walk(node) if isinstance(piece, ast.Constant) and isinstance(piece.value, str)]
    return " ".join(ICON.sub("", part) for part in parts)


def _literals(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        owner = call.func.value
        if not (isinstance(owner, ast.Name) and owner.id == "st") or call.func.attr in SILENT_CALLS:
            continue
        shown = [keyword.value for keyword in call.keywords if keyword.arg in VISIBLE]
        if call.args and call.func.attr not in QUIET_CALLS:
            shown.append(call.args[0])
        for node in shown:
            direct = [node] if isinstance(node, ast.Constant) else node.values if isinstance(node, ast.JoinedStr) else []
            text = " ".join(_words(piece) for piece in direct if isinstance(piece, ast.Constant))
            if WORD.search(text):
                found.append((call.lineno, text))
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_no_visible_text_is_written_in_a_page(source: Path) -> None:
    assert [] == _literals(ast.parse(source.read_text(encoding="utf-8")))


def test_the_scan_would_find_a_literal() -> None:
    assert [(1, "Hello there")] == _literals(ast.parse('st.title("Hello there")'))
    assert [(1, "rows")] == [(line, text.strip()) for line, text in _literals(ast.parse('st.caption(f"{n} rows")'))]
    assert [] == _literals(ast.parse('st.title(t("today.title")); st.button(label, icon=":material/add:")'))


def test_every_key_the_screens_name_exists() -> None:
    named = set()
    for source in SOURCES:
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "t" and call.args:
                key = call.args[0]
                if isinstance(key, ast.Constant):
                    named.add(f"screen.{key.value}")
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Column":
                title = next((word.value for word in call.keywords if word.arg == "title"), None)
                if title is not None and not isinstance(title, ast.Constant):
                    continue
                title = title and title.value
                name = call.args[0]
                if isinstance(name, ast.Constant):
                    named.add(f"screen.column.{title or name.value}")
    named |= {f"screen.kpi.{part}.{kpi}" for kpi in KPI_PERIODS for part in ("name", "definition", "parts", "empty")}
    named |= {f"screen.message_kind.{kind}" for kind in KINDS} | {f"screen.today.kind_{kind}" for kind in KINDS}

    assert len(named) > 200
    assert [] == sorted(key for key in named if not has_text(key))


def test_both_languages_fill_in_the_same_places() -> None:
    places = re.compile(r"\{([a-z_]+)")
    differing = [
        key
        for key, entry in catalogue().items()
        if key.startswith("screen.") and set(places.findall(entry["en"])) != set(places.findall(entry["zh"]))
    ]

    assert [] == differing


def test_chinese_is_chinese() -> None:
    same = {"screen.table.excel", "screen.table.csv", "screen.column.wape", "screen.unit.currency"}
    same |= {"screen.language.en", "screen.language.zh", "screen.reading.wape"}
    untranslated = [
        key for key, entry in catalogue().items() if key.startswith("screen.") and entry["en"] == entry["zh"] and key not in same
    ]

    assert [] == untranslated
