"""Where does a company keep what people decided about single forecasts, and how does it come back to never having had it?

`<home>/forecast_specifications.toml`, replaced as a whole: a reader sees the old text or the new one. What is removed stays
beside it as a dated copy, `forecast_specifications.2026-03-02.toml`, which no run reads.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from forecasting.tuning.specification import Specification, SpecificationEntry
from forecasting.tuning.specification_text import from_toml, to_toml
from kernel.errors import InvalidInput, NotFound
from pipelines.home import Home, replace_text

__all__ = ["read_specifications", "remove_specifications", "save_specification", "write_specifications"]


def read_specifications(home: Home) -> Specification:
    """What the file says; nothing without a file.

    Raises:
        InvalidInput: the file cannot be read or says what cannot be; file, line and entry are named.
    """
    try:
        text = home.specifications.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Specification()
    except UnicodeDecodeError as problem:
        raise InvalidInput("forecasting.specification_unreadable", file=home.specifications.name, got=str(problem)) from problem
    return from_toml(text, home.specifications.name)


def save_specification(home: Home, *entries: SpecificationEntry) -> Path:
    """Add entries, each in place of an earlier one for the same series or segment and frequency; where it was written."""
    whole = read_specifications(home)
    for entry in entries:
        whole = whole.with_entry(entry)
    write_specifications(home, whole)
    return home.specifications


def remove_specifications(home: Home, on: date, label: str | None = None) -> Path:
    """Take the entries of a series or segment away, or all of them; where the file as it was is kept.

    Args:
        on: for the name of the copy. label: as `Selector.label` writes it; None: all, also from a file that cannot be read.

    Raises:
        NotFound: no entry of that name, or no file at all.
    """
    if not home.specifications.is_file():
        raise NotFound("pipelines.specification_absent", name=label or home.specifications.name, known="-")
    left = Specification()
    if label is not None:
        whole = read_specifications(home)
        left = whole.without(label)
        if len(left.entries) == len(whole.entries):
            known = ", ".join(dict.fromkeys(entry.selector.label for entry in whole.entries)) or "-"
            raise NotFound("pipelines.specification_absent", name=label, known=known)
    copy = _free_name(home.specifications, on)
    replace_text(copy, home.specifications.read_text(encoding="utf-8", errors="replace"))
    write_specifications(home, left)
    return copy


def write_specifications(home: Home, specification: Specification) -> None:
    """Replace the file; without entries there is none."""
    if specification.entries:
        replace_text(home.specifications, to_toml(specification))
    else:
        home.specifications.unlink(missing_ok=True)


def _free_name(path: Path, on: date) -> Path:
    names = [f"{path.stem}.{on.isoformat()}{more}{path.suffix}" for more in ("", *(f"-{number}" for number in range(2, 1000)))]
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())
