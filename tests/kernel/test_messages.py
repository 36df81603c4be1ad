"""Every message exists in English and 中文, with the same places to fill, and an error survives a process border."""

from __future__ import annotations

import pickle
import re
from string import Formatter

import pytest

from kernel.errors import Refused
from kernel.messages import catalogue, text

pytestmark = pytest.mark.fast


def _places(message: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(message) if name}


def test_both_languages_fill_the_same_places() -> None:
    """A value shown in English must not be lost in Chinese."""
    wrong = {key: entry for key, entry in catalogue().items() if _places(entry["en"]) != _places(entry["zh"])}

    assert wrong == {}


def test_chinese_is_chinese() -> None:
    """A forgotten translation shows as English text without a single Chinese character; symbols and names may stay."""
    plain = re.compile(r"[A-Za-z]{4,}")
    wrong = [
        key
        for key, entry in catalogue().items()
        if plain.search(entry["en"]) and not re.search(r"[\u4e00-\u9fff]", entry["zh"]) and entry["en"] == entry["zh"]
    ]

    # Names that people say in English in both languages, and sentences made of values alone.
    names = {"WAPE", "Excel", "English"}
    unsaid = {key: re.sub(r"\{\w+\}", "", catalogue()[key]["en"]) for key in wrong}
    assert [] == [key for key, said in unsaid.items() if plain.search(said) and said not in names]


def test_an_unknown_key_still_shows_what_happened() -> None:
    """A missing message must not hide the problem."""
    assert text("no.such.key", "zh", item="A") == "no.such.key(item='A')"
    assert text("no.such.key") == "no.such.key"


def test_an_error_crosses_processes_with_its_values() -> None:
    """Workers send refusals back to the caller."""
    error = pickle.loads(pickle.dumps(Refused("ledger.release_too_much", got="3", expected="2")))

    assert error.key == "ledger.release_too_much"
    assert "at most 2" in str(error)
    assert "最多可释放 2" in error.text("zh")
