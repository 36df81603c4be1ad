"""What the documents point to is there, and both languages promise the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")

pytestmark = pytest.mark.fast


def documents() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.split() if listed.returncode == 0 else ["README.md", "README.zh-CN.md", "CHANGELOG.md"]
    return [ROOT / name for name in names]


def heads(document: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere() -> None:
    lost = []
    for document in documents():
        for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)", document.read_text(encoding="utf-8")):
            place = document.parent / target if target else document
            if not place.exists() or (anchor and place.suffix == ".md" and anchor not in heads(place)):
                lost.append(f"{document.relative_to(ROOT)}: {target}#{anchor}")

    assert [] == lost


def test_every_path_in_a_document_exists() -> None:
    rooms = "forecasting|pipelines|planning|transactional|dashboards|kernel|tests|benchmarks|models|docs|notebooks|examples"
    lost = [
        f"{document.relative_to(ROOT)}: {path}"
        for document in documents()
        for path in re.findall(rf"`((?:{rooms})/[\w./-]+)`", document.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    ]

    assert [] == lost


def test_both_readmes_promise_the_same_and_each_promise_has_its_test() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    named = re.findall(r"`(test_\w+)`", english)
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    assert named == re.findall(r"`(test_\w+)`", chinese)
    assert [] == [name for name in named if f"def {name}(" not in tests]
    for what in (r"^\| `(throughline \w+)", r"\]\((docs/[\w./-]+\.md|docs/decisions/)\)", r"`(make \w+)`"):
        counts = [sorted(set(re.findall(what, text, flags=re.MULTILINE))) for text in (english, chinese)]
        assert counts[0] == counts[1], what
    assert len(re.findall(r"^## ", english, flags=re.MULTILINE)) == len(re.findall(r"^## ", chinese, flags=re.MULTILINE))


def test_every_name_of_the_glossary_stands_in_both_languages() -> None:
    rows = re.findall(r"^\| (?!---)(.*) \|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    cells = [row.split(" | ") for row in rows]

    assert [] == [row for row in cells if len(row) != 3 or not all(row) or not re.search(r"[\u4e00-\u9fff]", row[1])]
    assert len(cells) > 50


def test_every_script_of_the_benchmarks_is_told() -> None:
    """Scripts are what one can run; the modules they share are told in a sentence."""
    told = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")

    assert [] == [path.name for path in sorted((ROOT / "benchmarks").glob("*.py")) if f"`{path.name}`" not in told]
