"""Serves the product: prepares the data folder, then runs the web server and the background worker until stopped."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.models import Organisation
from audit import seals
from sop_library.actions.renewing import settle
from sopsite import environment, unfinished

EVERY = 60 * 60  # seconds


class Command(BaseCommand):
    help = "Migrate, load the library, load the demonstration organisation on the first start, and serve."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="prepare the data folder and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        self.prepare()
        if options["prepare_only"]:
            return
        port = environment.number("PORT", 8000, 1, 65535)
        unfinished.take_up_again()
        connection.close()
        raise SystemExit(supervise([web(environment.text("SOP_BIND", "127.0.0.1"), port), worker()]))

    def prepare(self) -> None:
        """Bring database, library, keys and static files up to date; load the demonstration on a first start."""
        call_command("check", fail_level="ERROR", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("sop_load_library", stdout=self.stdout)
        collect_static()
        settle()
        seals.current()
        demonstration = Path(settings.DATA_DIR) / "demo_password"
        first_start = not Organisation.objects.exists()
        if environment.yes("SOP_DEMO", default=True) and (first_start or demonstration.exists()):
            call_command("sop_demo", stdout=self.stdout)
        elif first_start:
            self.stdout.write("No organisation yet. Make the first one: .venv/bin/python manage.py sop_setup")
        connection.close()
        self.stdout.write(f"\nSOPsite is at {settings.PUBLIC_URL}  (stop with Ctrl+C)\n")
        self.stdout.flush()


def collect_static() -> None:
    """Copy the static files to where they are served from, unless nothing changed since the last time."""
    root = Path(settings.STATIC_ROOT)
    files = [path for folder in settings.STATICFILES_DIRS for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    facts = "\n".join(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files)
    stamp, digest = root / ".stamp", hashlib.sha256(f"{settings.VERSION}\n{facts}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest, encoding="ascii")


def web(bind: str, port: int) -> list[str]:
    """Return the command line of the web server: one process with threads, because SQLite has one writer."""
    threads = environment.number("SOP_WEB_THREADS", 8, 1, 64)
    options = ["--worker-class", "gthread", "--workers", "1", "--threads", str(threads), "--timeout", "120"]
    limits = ["--limit-request-line", "8190", "--graceful-timeout", "20", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", "sopsite.wsgi", "--bind", f"{bind}:{port}", *options, *limits]


def worker() -> list[str]:
    """Return the command line of the background worker."""
    return [sys.executable, str(environment.ROOT / "manage.py"), "db_worker", "--interval", "2", "--queue-name", "*"]


def ticking() -> list[str]:
    """Return the command line of what is due every hour."""
    return [sys.executable, str(environment.ROOT / "manage.py"), "sop_tick"]


def supervise(commands: list[list[str]]) -> int:
    """Run the commands until one ends or this process is told to stop; return the exit code of what ended first."""
    running = [subprocess.Popen(command, cwd=environment.ROOT, env=os.environ) for command in commands]  # noqa: S603

    def stop(*_: object) -> None:
        for process in running:
            if process.poll() is None:
                process.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    tick = time.monotonic() + EVERY
    while all(process.poll() is None for process in running):
        if time.monotonic() >= tick:
            tick += EVERY
            subprocess.Popen(ticking(), cwd=environment.ROOT, env=os.environ)  # noqa: S603
        time.sleep(0.2)
    code = next(process.returncode for process in running if process.returncode is not None)
    stop()
    deadline = time.monotonic() + 30
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
    if code not in {0, -signal.SIGTERM, -signal.SIGINT}:
        raise CommandError(f"A part of the server ended with code {code}; the lines above say why.", returncode=1)
    return 0
