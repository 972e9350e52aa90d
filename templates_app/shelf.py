"""The library on disk: the built-in templates and packs as they ship, read straight from their files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "library"


@dataclass(frozen=True, slots=True)
class ShelvedPack:
    """A pack's file: its own words and the slugs of its templates in order."""

    slug: str
    title: str
    category: str
    source: str
    summary: str
    how_to_use: list[str]
    faq: list[dict[str, str]]
    templates: list[str]


def template_files() -> dict[str, Path]:
    """Return every built-in template's file by slug, which is the file's name."""
    return {path.stem: path for path in sorted(FOLDER.rglob("*.md"))}


def packs() -> list[ShelvedPack]:
    """Return the packs that ship with the product."""
    return [_pack(path) for path in sorted(FOLDER.glob("*/pack.yaml"))]


def _pack(path: Path) -> ShelvedPack:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return ShelvedPack(slug=path.parent.name, **data)
