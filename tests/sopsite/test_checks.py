"""The checks that refuse an unsafe installation."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import URLPattern, path

from sopsite import checks


def undeclared(request):
    return HttpResponse()


def test_every_view_of_the_site_says_who_may_open_it():
    assert checks.views_are_declared(None) == []


def test_a_view_that_says_nothing_is_refused(monkeypatch: pytest.MonkeyPatch):
    def routes():
        yield "secret/", path("secret/", undeclared)

    monkeypatch.setattr(checks, "routes", routes)
    (fault,) = checks.views_are_declared(None)
    assert "/secret/: its view does not say who may open it." in fault.msg


def test_the_routes_are_all_found():
    found = dict(checks.routes())
    assert {"", "healthz", "sign-in/", "o/<slug:organisation>/people/"} <= set(found)
    assert all(isinstance(pattern, URLPattern) for pattern in found.values())


def test_this_database_keeps_what_it_acknowledged(db: None):
    assert checks.database_keeps_what_it_acknowledged(None, databases=["default"]) == []
    assert checks.database_keeps_what_it_acknowledged(None) == []


@pytest.mark.parametrize(
    ("version", "faults"),
    [
        ((3, 40, 1), 1),
        ((3, 51, 2), 1),
        ((3, 51, 3), 0),
        ((3, 50, 7), 0),
        ((3, 50, 6), 1),
        ((3, 44, 6), 0),
        ((3, 53, 4), 0),
    ],
)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite")
def test_a_sqlite_that_loses_commits_is_refused(db: None, version: tuple[int, int, int], faults: int):
    fake = SimpleNamespace(
        Database=SimpleNamespace(sqlite_version_info=version),
        is_in_memory_db=lambda: False,
        cursor=connection.cursor,
    )
    assert len(list(checks.sqlite_faults(fake))) == faults


class Answers:
    """A PostgreSQL that answers every SHOW in one way."""

    def __init__(self, version: int, value: str) -> None:
        self.pg_version, self.value = version, value

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None

    def execute(self, query):
        return None

    def fetchone(self):
        return (self.value,)


@pytest.mark.parametrize(
    ("version", "faults"), [(150013, 1), (150014, 0), (160009, 1), (170006, 0), (180000, 0), (140020, 1)]
)
def test_a_postgresql_with_known_holes_is_refused(version: int, faults: int):
    assert len(list(checks.postgresql_faults(Answers(version, "on")))) == faults


def test_a_postgresql_that_may_lose_commits_is_refused():
    assert len(list(checks.postgresql_faults(Answers(150018, "off")))) == 3


def test_the_libraries_and_the_folder_are_good():
    assert checks.libraries_are_recent(None) == []
    assert checks.data_folder_is_writable(None) == []


def test_an_old_library_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "version", lambda name: "69.5" if name == "weasyprint" else "99.0")
    (fault,) = checks.libraries_are_recent(None)
    assert "weasyprint 69.5" in fault.msg


def test_a_closed_folder_is_refused(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "nowhere"
    assert len(checks.data_folder_is_writable(None)) == 1
