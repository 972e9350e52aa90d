"""What the machine needs beyond Python: finds it, installs it where it may, and names it where it may not.

Run by the Makefile with the system's Python before anything is installed: standard library only.

    python3 sopsite/machine.py run     what serving needs
    python3 sopsite/machine.py test    what the tests need too: Chromium, poppler; PostgreSQL when SOP_REQUIRE=all
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

APT = "/usr/bin/apt-get"


@dataclass(frozen=True)
class Need:
    """One thing, the Debian package that brings it, and whether it is there."""

    what: str
    package: str
    is_there: Callable[[], bool]
    required: bool = True


def library(name: str) -> Callable[[], bool]:
    """Return a check for a shared library."""
    return lambda: ctypes.util.find_library(name) is not None


def postgres_folder() -> Path | None:
    """Return the folder of PostgreSQL's server programs, 15 or newer, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if found and int(found[-1].parts[-3]) >= 15:
        return found[-1].parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).resolve().parent if on_path else None


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


RUN = (
    Need("Pango", "libpango-1.0-0", library("pango-1.0")),
    Need("Pango with FreeType", "libpangoft2-1.0-0", library("pangoft2-1.0")),
    Need("HarfBuzz subsetting (PDFs are made 1.6 times faster)", "libharfbuzz-subset0", library("harfbuzz-subset")),
)
TEST = (
    *RUN,
    Need("Chromium, for the browser journeys", "chromium", lambda: chromium() is not None),
    Need("poppler, to read PDFs as text", "poppler-utils", lambda: shutil.which("pdftotext") is not None),
    Need(
        "PostgreSQL 15 or newer, for the second run of the tests",
        "postgresql",
        lambda: postgres_folder() is not None,
        required=os.environ.get("SOP_REQUIRE") == "all",
    ),
)


def main(purpose: str) -> int:
    """Install or name what is missing; return 0 when nothing required is missing."""
    if sys.version_info < (3, 11, 5):
        print(f"SOPsite needs Python 3.11.5 or newer; this is {sys.version.split()[0]}.")
        return 1
    needs = RUN if purpose == "run" else TEST
    missing = [need for need in needs if need.required and not need.is_there()]
    if missing and Path(APT).exists() and os.geteuid() == 0:
        install([need.package for need in missing])
        missing = [need for need in missing if not need.is_there()]
    for need in missing:
        print(f"Missing: {need.what}. On Debian or Ubuntu: sudo apt-get install {need.package}")
    return 1 if missing else 0


def install(packages: list[str]) -> None:
    """Install Debian packages, with a fresh list of what there is."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing", ", ".join(packages), flush=True)
    subprocess.run([APT, "update", "-qq"], env=environment, check=False)
    subprocess.run(
        [APT, "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=environment,
        check=False,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
