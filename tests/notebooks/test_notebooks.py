"""The notebooks run for real, from the first cell to the last, on the generated company in a home of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from forecasting import from_toml

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = ("calibrate_intervals", "compare_backtests", "tune_seasonal_model")


def executed(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("THROUGHLINE_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(home)}}).execute()
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def charts(notebook: Any) -> list[dict[str, Any]]:
    """Vega-Lite specifications a reader sees."""
    found = []
    for output in outputs(notebook):
        for kind, content in output.get("data", {}).items():
            if kind.startswith("application/vnd.vegalite"):
                found.append(content)
    return found


def printed(notebook: Any) -> str:
    return "".join(output.text for output in outputs(notebook) if output.output_type == "stream" and output.name == "stdout")


@pytest.mark.fast
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_committed_without_outputs_and_with_headings_in_both_languages(name: str) -> None:
    raw = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in raw["cells"] if cell["cell_type"] == "code")
    headings = [
        line for cell in raw["cells"] if cell["cell_type"] == "markdown" for line in cell["source"] if line.startswith("#")
    ]
    assert headings
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in heading) for heading in headings)


@pytest.mark.fast
def test_every_notebook_is_executed_here() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == list(NAMES)


def test_the_tuning_notebook_saves_a_specification_that_serves_its_series(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = executed("tune_seasonal_model", tmp_path, monkeypatch)
    saved = from_toml((tmp_path / "forecast_specifications.toml").read_text(encoding="utf-8"))

    assert len(saved.entries) == 1
    assert saved.entries[0].scores["rmsse"] < saved.entries[0].scores["champion_rmsse"]
    assert saved.entries[0].frequency == "month"
    assert "Specification by Data science" in printed(notebook)
    assert "指定的预测规格" in printed(notebook)
    assert len(charts(notebook)) == 4


def test_the_comparing_notebook_ranks_all_models_against_the_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = executed("compare_backtests", tmp_path, monkeypatch)
    assert "24 series, 4 cutoffs" in printed(notebook)
    assert len(charts(notebook)) == 5
    assert not list(tmp_path.glob("*.toml"))


def test_the_calibrating_notebook_shows_intervals_that_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = executed("calibrate_intervals", tmp_path, monkeypatch)
    assert "24 series, 6 past cutoffs" in printed(notebook)
    assert len(charts(notebook)) == 3
