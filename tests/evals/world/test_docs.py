"""docs/world.md speaks of the settings that are in use."""

from pathlib import Path

from editloop.evals.world.calibrate import CURVES, FITTED
from editloop.evals.world.defaults import EDITOR, THINKERS
from editloop.evals.world.named import DEFAULT

PAGE = Path(__file__).parents[3] / "docs" / "world.md"


def test_the_page_gives_the_fitted_settings_and_the_published_curves() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for owner, name in FITTED:
        value = getattr(EDITOR if owner == "editor" else THINKERS[owner], name)
        assert any(row.startswith(f"| {name}") and f" {value:g} |" in row for row in rows), name
    for curve in CURVES.values():
        assert " | ".join(f"{each:.2f}" for each in curve) in text


def test_the_page_shows_every_policy_that_is_compared_by_default() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| {name} | " in text for name in DEFAULT)
