"""A wrong setting stops the start with a sentence that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sopsite.environment import ROOT


def start(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start Django as an installation does, with only these settings."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "DJANGO_", "DATABASE_URL"))
    }
    environment |= {"SOP_DATA_DIR": str(tmp_path / "data"), "PYTEST_ADDOPTS": "", **settings}
    command = [
        sys.executable,
        "-c",
        "import django; django.setup(); from django.conf import settings; print(settings.PUBLIC_URL)",
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "sopsite.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SOP_URL", "sop.example.org", "write an address"),
        ("SOP_URL", "http://sop.example.org", "plain http"),
        ("SOP_ALLOWED_HOSTS", "*", "List the host names"),
        ("SOP_DEBUG", "perhaps", "write yes or no"),
        ("SOP_SECRET_KEY", "short", "at least 50"),
        ("SOP_SECRET_KEY_FILE", "/nowhere/key", "cannot be read"),
        ("SOP_TIME_ZONE", "Mars/Olympus", "not a time zone"),
        ("PORT", "eighty", "whole number"),
        ("DATABASE_URL", "mysql://a@b/c", "SQLite and PostgreSQL"),
        ("SOP_DATA_DIR", "/proc/nowhere", "cannot be made"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(tmp_path: Path, name: str, value: str, words: str) -> None:
    done = start(tmp_path, **{name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert words in done.stderr


def test_an_empty_folder_is_enough_to_start_and_gets_a_key_for_the_owner_only(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr
    key = tmp_path / "data" / "secret_key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o077 == 0


def test_the_key_stays_the_same_at_the_next_start(tmp_path: Path) -> None:
    start(tmp_path)
    first = (tmp_path / "data" / "secret_key").read_text()
    start(tmp_path)
    assert (tmp_path / "data" / "secret_key").read_text() == first
