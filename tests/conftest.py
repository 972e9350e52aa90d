"""Hands out the cast and signed-in browsers. The settings of the tests are in `tests/settings.py`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from sop_library.actions import viewing
from tests import database
from tests import world as cast

ClientOf = Callable[[Membership], Client]


class Signer(Client):
    """A browser that fills in the member's e-mail beside a password, as a password manager does."""

    def __init__(self, member: Membership) -> None:
        super().__init__()
        self.email = member.user.email

    def post(self, path: Any, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Send a form; one with a password carries the e-mail too, unless the test gives another."""
        if isinstance(data, dict) and "password" in data and data.get("identity", "") in ("", [""]):
            data = {**data, "identity": self.email}
        return super().post(path, data, *args, **kwargs)


@pytest.fixture
def world(db: None) -> cast.World:
    """The cast, stored."""
    return cast.build()


@pytest.fixture(autouse=True)
def _nothing_known_to_be_on_record() -> None:
    """Begin as a new process does: rows of another test have the same keys."""
    viewing.forget()


@pytest.fixture
def client_of() -> ClientOf:
    """Return a function that gives a browser in which a member is signed in."""

    def signed_in(member: Membership) -> Client:
        client = Signer(member)
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def _closed_again(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Close the append-only tables once the rows of an `open_world` are gone."""
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        database.close_protected_tables()


@pytest.fixture
def open_world(_closed_again: None, transactional_db: None) -> Iterator[cast.World]:
    """The cast in committed rows, for tests with several connections at once."""
    yield cast.build()
    database.open_protected_tables()
