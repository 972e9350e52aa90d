"""Read and understood: signing it with a password, and the list of who has."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.roles import Role
from audit.models import Entry
from sop_library.actions import publishing
from sop_library.domain.numbering import ChangeSize
from sop_library.models import SignOff, Version
from tests import world as cast
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day", "no_pdf_engine")]


def address(version: Version, organisation: str = "northwind") -> str:
    place = {"organisation": organisation, "number": version.sop.number, "version": version.number}
    return reverse("sign_off", kwargs=place)


def signing(version: Version, **changes: str) -> dict[str, str]:
    return {"shown_digest": version.digest, "password": PASSWORD} | changes


def people(client: Client, version: Version) -> str:
    answer = client.get(reverse("sign_offs", kwargs={"organisation": "northwind", "number": version.sop.number}))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_who_signs_what(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    told = client_of(world.rui).get(address(version)).content.decode()
    assert "data-dialog-content" in told
    assert "You are signing as Rui Costa, Agent." in told
    assert "I have read this version, I understand it, and I will follow it." in told
    assert version.fingerprint in told
    assert "Covers the text fixed 4 May 2026 09:03:00 UTC (4 May 2026 10:03:00 WEST, Europe/Lisbon)." in told
    assert SignOff.objects.count() == 0


def test_a_reader_signs_with_the_password(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    answer = client_of(world.rui).post(address(version), signing(version))
    assert answer.status_code == 302
    kept = SignOff.objects.get()
    assert (kept.person, kept.printed_name, kept.role, kept.digest) == (world.rui, "Rui Costa", "Agent", version.digest)
    assert kept.signed_at == moment(30)
    assert Entry.objects.about(version).filter(action="version.understood").count() == 1


def test_a_second_click_gives_the_same_result(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    client = client_of(world.rui)
    first = client.post(address(version), signing(version))
    again = client.post(address(version), signing(version))
    assert (first.status_code, first.headers["Location"]) == (again.status_code, again.headers["Location"])
    assert SignOff.objects.count() == 1
    assert client.get(address(version)).headers["Location"] == first.headers["Location"]


def test_a_wrong_password_keeps_the_page(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    answer = client_of(world.rui).post(address(version), signing(version, password="wrong"))
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "data-dialog-content" in told
    assert "The e-mail address or the password is not right. Type both again." in told
    assert version.digest in told
    assert "<title>Error: " in told
    assert SignOff.objects.count() == 0


@pytest.mark.parametrize("password", ["", "\udcff", "x" * 5000])
def test_a_password_that_is_none_is_asked_again(world: World, client_of: ClientOf, password: str) -> None:
    version = makers.published(world)
    raw = password.encode("utf-8", "surrogatepass").decode("latin-1")
    answer = client_of(world.rui).post(address(version), signing(version, password=raw))
    assert answer.status_code == 422
    assert SignOff.objects.count() == 0


def test_five_wrong_passwords_end_the_session(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    client = client_of(world.rui)
    states = [client.post(address(version), signing(version, password="wrong")).status_code for _ in range(5)]
    assert states == [422, 422, 422, 422, 429]
    assert client.get(address(version)).status_code == 302
    assert SignOff.objects.count() == 0


@pytest.mark.parametrize("shown", ["0" * 64, "<script>", "0"])
def test_another_text_than_the_one_shown_is_refused(world: World, client_of: ClientOf, shown: str) -> None:
    version = makers.published(world)
    answer = client_of(world.rui).post(address(version), signing(version, shown_digest=shown))
    assert answer.status_code == 409
    assert "The page you read showed another text." in answer.content.decode()
    assert SignOff.objects.count() == 0


def test_a_form_without_the_digest_is_not_signed(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    answer = client_of(world.rui).post(address(version), {"password": PASSWORD})
    assert answer.status_code == 422
    assert SignOff.objects.count() == 0


def test_a_version_that_is_over_is_not_signed(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    publishing.withdraw(version=version, reason="Wrong.", by=world.ana, at=moment(9))
    client = client_of(world.rui)
    for answer in (client.get(address(version)), client.post(address(version), signing(version))):
        assert answer.status_code == 409
        assert "Read and sign the version in force." in answer.content.decode()
    assert SignOff.objects.count() == 0


def test_a_coming_version_can_be_signed_ahead(world: World, client_of: ClientOf) -> None:
    version = makers.published(world, makers.approved(world), on=date(2026, 6, 1))
    assert client_of(world.rui).post(address(version), signing(version)).status_code == 302
    assert SignOff.objects.get().version == version


def test_a_version_that_is_not_published_cannot_be_signed(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    for person in (world.rui, world.ana):
        assert client_of(person).post(address(version), signing(version)).status_code == 404


def test_strangers_and_suspended_members_sign_nothing(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    assert client_of(world.zoe).post(address(version), signing(version)).status_code == 404
    assert client_of(world.zoe).post(address(version, "contoso"), signing(version)).status_code == 404
    assert client_of(world.sol).post(address(version), signing(version)).status_code == 403
    assert SignOff.objects.count() == 0


def test_managers_see_who_signed_and_who_owes(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    cast.person(world.northwind, "Lea Moreau", Role.AGENT, title="Senior agent", department="Billing")
    told = people(client_of(world.ana), version)
    assert "0 of 2 people have signed." in told
    assert "Lea Moreau" in told
    assert "Sol Berg" not in told, "suspended people owe nothing"
    makers.understood(version, world.rui)
    told = people(client_of(world.ana), version)
    assert "1 of 2 people have signed." in told
    assert "4 May 2026 09:09:00 UTC (4 May 2026 10:09:00 WEST, Europe/Lisbon)" in told
    assert told.index("Rui Costa") < told.index("Still to sign") < told.index("Lea Moreau")


def test_somebody_who_is_not_asked_may_sign_and_is_listed(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    assert client_of(world.ben).post(address(version), signing(version)).status_code == 302
    told = people(client_of(world.ana), version)
    assert "1 of 2 people have signed." in told
    assert "Director of Support" in told


def test_a_major_change_empties_the_list_and_a_small_one_does_not(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    makers.understood(first, world.rui)
    draft = makers.submitted(world, makers.revision(world, first), size=ChangeSize.MINOR)
    small = makers.published(world, makers.approved(world, draft), at=moment(20))
    assert "1 of 1 people have signed." in people(client_of(world.ana), small)
    assert "Everybody who is asked has signed." in people(client_of(world.ana), small)
    draft = makers.submitted(world, makers.revision(world, small), size=ChangeSize.MAJOR)
    large = makers.published(world, makers.approved(world, draft), at=moment(22))
    assert "0 of 1 people have signed." in people(client_of(world.ana), large)


def test_without_a_version_in_force_nobody_is_asked(world: World, client_of: ClientOf) -> None:
    assert "nobody is asked to sign" in people(client_of(world.ana), makers.submitted(world))


def test_agents_and_strangers_do_not_see_the_list(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    url = reverse("sign_offs", kwargs={"organisation": "northwind", "number": version.sop.number})
    assert client_of(world.rui).get(url).status_code == 403
    assert client_of(world.zoe).get(url).status_code == 404
