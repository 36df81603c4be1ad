"""Every column is described once, in both languages, and no report asks for a description that is not there."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.models.project import PROJECT

pytestmark = pytest.mark.fast

BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    return [
        found for path in sorted((PROJECT / "docs").glob("*.md")) for found in BLOCK.findall(path.read_text(encoding="utf-8"))
    ]


def test_a_name_has_one_description() -> None:
    """dbt refuses to parse a second one, and every step of a run needs the parse."""
    assert [] == [name for name, count in Counter(name for name, _ in blocks()).items() if count > 1]


def test_a_description_ends_before_the_next_begins() -> None:
    assert [] == [name for name, text in blocks() if "{% docs" in text]


def test_what_a_report_asks_for_is_described() -> None:
    asked = {
        name
        for path in (PROJECT / "sql").rglob("*.yml")
        for name in re.findall(r"doc\('(\w+)'\)", path.read_text(encoding="utf-8"))
    }

    assert set() == asked - {name for name, _ in blocks()}


def test_descriptions_are_in_both_languages() -> None:
    assert [] == [name for name, text in blocks() if not re.search("[\u4e00-\u9fff]", text)]
