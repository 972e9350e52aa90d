"""A data folder and a database of one's own, that go back to how they were before whatever was done to them."""

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sopsite.environment import ROOT

STATES = "states"


@dataclass
class Ground:
    """Where a fault is played out: a folder, and SQLite in it or a PostgreSQL database of the server that is given."""

    folder: Path
    database: str
    server: str = ""
    name: str = field(default_factory=lambda: f"faults_{os.getpid()}")

    files: dict[str, dict[Path, bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process of the product on this ground."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "DJANGO_", "DATABASE"))
        }
        kept |= {"SOP_DATA_DIR": str(self.folder), "SOP_DEMO": "no", "PYTHONPATH": str(ROOT)}
        return kept | ({"DATABASE_URL": self.address} if self.server else {})

    @property
    def address(self) -> str:
        """The address of this ground's PostgreSQL database."""
        return urlsplit(self.server)._replace(path=f"/{self.name}").geturl()

    def enter(self) -> None:
        """Make this process one of the product on this ground, with every table made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.server:
            self._asked(f'CREATE DATABASE "{self.name}"')
        for name in [name for name in os.environ if name.startswith(("SOP_", "DATABASE_URL"))]:
            del os.environ[name]
        os.environ |= self.environment | {"DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)

    def keep(self, state: str) -> None:
        """Keep database and stored files as they are now under a name."""
        self._let_go()
        self.files[state] = self._stored()
        if self.server:
            self._asked(f'DROP DATABASE IF EXISTS "{self._kept(state)}" WITH (FORCE)')
            self._asked(f'CREATE DATABASE "{self._kept(state)}" TEMPLATE "{self.name}"')
            return
        folder = self.folder / STATES
        folder.mkdir(exist_ok=True)
        self._whole()
        shutil.copy(self._file, folder / state)

    def back(self, state: str) -> None:
        """Put database and stored files back to the state of that name; nobody else may be connected."""
        self._let_go()
        there, kept = self._stored(), self.files[state]
        for path in there.keys() - kept.keys():
            path.unlink()
        for path in kept.keys() - there.keys():
            path.write_bytes(kept[path])
        if self.server:
            self._asked(
                f'DROP DATABASE "{self.name}" WITH (FORCE)',
                f'CREATE DATABASE "{self.name}" TEMPLATE "{self._kept(state)}"',
            )
            return
        for rest in ("-wal", "-shm"):
            Path(f"{self._file}{rest}").unlink(missing_ok=True)
        shutil.copy(self.folder / STATES / state, self._file)

    def leave(self) -> None:
        """Drop the databases of a server that goes on; files are thrown away with the folder."""
        self._let_go()
        if not self.server:
            return
        for name in self._databases():
            self._asked(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _stored(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (self.folder / "files").rglob("*") if path.is_file()}

    @property
    def _file(self) -> Path:
        return self.folder / "sopsite.sqlite3"

    def _kept(self, state: str) -> str:
        return f"{self.name}_{state}"

    def _let_go(self) -> None:
        from django.db import connections

        connections.close_all()

    def _whole(self) -> None:
        """Write what is still in SQLite's log into the file."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._let_go()

    def _asked(self, *statements: str) -> list[Any]:
        import psycopg

        found: list[Any] = []
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[arg-type]
                found = cursor.fetchall() if cursor.description else []
        return found

    def _databases(self) -> list[str]:
        rows = self._asked("SELECT datname FROM pg_database")
        return [row[0] for row in rows if row[0] == self.name or row[0].startswith(f"{self.name}_")]


def manage(*words: str) -> list[str]:
    """Return the command line of one of the product's commands."""
    return [sys.executable, str(ROOT / "manage.py"), *words]
