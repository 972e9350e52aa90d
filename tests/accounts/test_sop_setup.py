"""The command that makes the first organisation."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Organisation, User
from audit import verifying
from audit.models import Entry

GIVEN = {"organisation": "Northwind Support", "email": "Mia@Northwind.example", "name": "Mia Keller"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_ADMIN_PASSWORD", "lantern-otter-quartz-9")


def run(**changes: str) -> str:
    out = StringIO()
    call_command("sop_setup", **(GIVEN | changes), stdout=out)
    return out.getvalue()


def test_it_makes_the_organisation_and_its_administrator():
    assert "Made Northwind Support at /o/northwind-support/" in run(time_zone="Europe/Lisbon")
    member = Membership.objects.get()
    assert (member.user.email, member.is_admin) == ("mia@northwind.example", True)
    assert member.user.check_password("lantern-otter-quartz-9")
    assert member.organisation.time_zone == "Europe/Lisbon"
    actions = list(Entry.objects.values_list("action", flat=True))
    assert actions == ["organisation.created", "member.added", "member.password_changed"]
    assert list(verifying.faults()) == []


@pytest.mark.parametrize("password", ["short", "otter-lamp-42", "passwordpassword1"[:8], "northwind-support"])
def test_a_weak_password_makes_nothing(monkeypatch: pytest.MonkeyPatch, password: str):
    monkeypatch.setenv("SOP_ADMIN_PASSWORD", password)
    with pytest.raises(CommandError) as refusal:
        run()
    assert refusal.value.returncode == 1
    assert (Organisation.objects.count(), User.objects.count()) == (0, 0)


def test_a_second_time_is_refused():
    run()
    with pytest.raises(CommandError, match="already an organisation"):
        run()


@pytest.mark.parametrize(
    "changes", [{"email": "mia"}, {"name": "\u200b"}, {"organisation": "a\0"}, {"slug": "a b"}, {"organisation": "李"}]
)
def test_wrong_usage_is_exit_code_2(changes: dict[str, str]):
    with pytest.raises(CommandError) as refusal:
        run(**changes)
    assert refusal.value.returncode == 2


def test_without_a_terminal_and_a_password_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SOP_ADMIN_PASSWORD")
    with pytest.raises(CommandError, match="SOP_ADMIN_PASSWORD"):
        run()
