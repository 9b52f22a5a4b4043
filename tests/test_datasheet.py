"""The datasheet's command brings the page and its pictures up to date, and touches nothing else of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import datasheet
from diagram_core.errors import InputError


def test_figures_and_pictures_are_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasheet, "EXAMPLES", 60)
    page = tmp_path / "data.md"
    page.write_text(f"Before.\n\n{datasheet.BEGIN}\nold\n{datasheet.END}\n\nAfter.\n", encoding="utf-8")
    datasheet.update(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"Before.\n\n{datasheet.BEGIN}\n| figure | value |")
    assert text.endswith(f"{datasheet.END}\n\nAfter.\n")
    assert "old" not in text and "layers of a network" in text
    assert all((tmp_path / "pictures" / f"data-{name}.png").stat().st_size < 150_000 for name in ("families", "sizes"))
    datasheet.update(tmp_path)
    assert page.read_text(encoding="utf-8") == text


def test_a_page_without_a_place_for_figures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.md").write_text("Nothing to see.", encoding="utf-8")
    with pytest.raises(InputError, match=r"data\.md has no lines"):
        datasheet.update(tmp_path)
