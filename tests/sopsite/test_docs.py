"""What the documents print from the code is what the code says."""

from pathlib import Path

from sop_library.domain import lifecycle
from sopsite import environment

DOCS = environment.ROOT / "docs"


def test_the_settings_page_holds_the_table_of_settings() -> None:
    assert environment.as_markdown() in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_the_lifecycle_page_holds_the_table_of_transitions() -> None:
    assert lifecycle.as_markdown() in (DOCS / "lifecycle.md").read_text(encoding="utf-8")


def test_every_setting_read_from_the_environment_is_in_the_table() -> None:
    named = {row.name for row in environment.SETTINGS}
    sources = [*(environment.ROOT / "sopsite").rglob("*.py"), *(environment.ROOT / "sop_library").rglob("*.py")]
    for path in sources:
        for word in _words(path):
            assert word in named | {"SOP_DEMO_PASSWORD", "SOP_ADMIN_PASSWORD", "SOP_REQUIRE"}, f"{path.name}: {word}"


def _words(path: Path) -> set[str]:
    import re

    return set(re.findall(r'"(SOP_[A-Z_]+)"', path.read_text(encoding="utf-8")))
