"""Two people, or one person twice, at the same moment: on real connections, on either database.

After every round everything is verified: no signature lost, doubled or left on a text that went back.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http import HTTPStatus

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.actions import suspend_member
from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import Refusal, Stale, WrongState
from audit.models import Entry
from sop_library import verifying
from sop_library.actions import approving, beginning, drafting, publishing, routing, training
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import Number
from sop_library.domain.signature import Meaning
from sop_library.models import SOP, Confirmation, Publication, Signature, SignOff, Version
from templates_app.models import OrganisationValue
from tests import world as cast
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.together import Act, together
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


def at_once(*acts: Act) -> list[object]:
    """Run the acts at the same moment, each on a connection of its own; return each one's result or its refusal.

    Anything else that an act raises fails the test: a person would have met it as a server error.
    """
    results = together(*acts, meet=30, wait=60)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refusal):
            raise result
    assert list(verifying.faults()) == []
    return results


def refused(results: list[object], *kinds: type[Refusal]) -> list[Refusal]:
    """Return the refusals among the results; each is of one of the kinds and carries a sentence."""
    found = [result for result in results if isinstance(result, Refusal)]
    assert all(refusal.sentence.endswith(".") for refusal in found)
    assert all(isinstance(refusal, kinds or Refusal) for refusal in found)
    return found


def done(results: list[object]) -> list[object]:
    """Return the results that are no refusal."""
    return [result for result in results if not isinstance(result, Refusal)]


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)


def approval_by(version: Version, person: Membership) -> Act:
    return partial(approving.approve, version=version, shown_digest=version.digest, by=person, at=moment(5))


def return_by(version: Version, person: Membership) -> Act:
    return partial(approving.return_version, version=version, reason="Wait.", by=person, at=moment(5))


@pytest.fixture(autouse=True)
def _connections_are_given_back(open_world: World) -> Iterator[None]:
    yield
    connections.close_all()


def test_two_approvers_sign_one_step_once(open_world: World) -> None:
    routing.set_route(steps=[makers.step(Meaning.APPROVED)], by=open_world.mia, at=moment(1))
    for _ in range(20):
        version = makers.submitted(open_world)
        results = at_once(*(approval_by(version, who) for who in (open_world.priya, open_world.ben)))
        assert len(refused(results, WrongState)) == 1
        assert list(Signature.objects.filter(version=version, meaning=Meaning.APPROVED)) == done(results)
        assert fresh(version).status == Status.APPROVED


def test_two_approvers_of_two_steps_never_share_a_step(open_world: World) -> None:
    for _ in range(5):
        version = makers.submitted(open_world)
        results = at_once(*(approval_by(version, who) for who in (open_world.priya, open_world.ben)))
        signed = Signature.objects.filter(version=version).exclude(meaning=Meaning.PREPARED)
        assert sorted(signed.values_list("approval__position", flat=True)) == list(range(1, 3 - len(refused(results))))


def test_nothing_is_signed_after_it_went_back(open_world: World) -> None:
    met = set()
    for round_ in range(10):
        # In one half of the rounds the signature is the last one, in the other half one of two.
        version = makers.submitted(open_world)
        if round_ % 2:
            version = makers.reviewed(open_world, version)
        signing, returning = approval_by(version, open_world.ben), return_by(version, open_world.priya)
        refused(at_once(signing, returning), WrongState, Stale)
        now = fresh(version)
        acts = list(Entry.objects.about(version).order_by("sequence").values_list("action", flat=True))
        signed_by_ben = Signature.objects.filter(version=version, person=open_world.ben).exists()
        met.add((now.status, signed_by_ben))
        assert now.status == (Status.DRAFT if "version.returned" in acts else Status.APPROVED)
        # Signed and returned both: then the signature came first and is void with its round.
        assert "version.returned" not in acts or acts[-1] == "version.returned"
        assert ("version.returned" in acts) or signed_by_ben
    assert met <= {(Status.DRAFT, True), (Status.DRAFT, False), (Status.APPROVED, True)}


def test_two_who_send_a_version_back_send_it_back_once(open_world: World) -> None:
    for _ in range(5):
        version = makers.submitted(open_world)
        results = at_once(*(return_by(version, who) for who in (open_world.priya, open_world.ben)))
        assert len(refused(results, WrongState, Stale)) == 1
        assert Entry.objects.about(version).filter(action="version.returned").count() == 1


def test_a_double_click_on_sign_gives_one_signature_and_one_receipt(open_world: World, client_of: ClientOf) -> None:
    for _ in range(5):
        version = makers.submitted(open_world)
        where = reverse("sign", kwargs={"organisation": "northwind", "number": version.sop.number})
        form = {"shown_digest": version.digest, "password": PASSWORD}
        clicks = [client_of(open_world.priya) for _ in range(3)]
        answers = at_once(*(partial(click.post, where, form) for click in clicks))
        signature = Signature.objects.get(version=version, person=open_world.priya)
        receipt = reverse("receipt", kwargs={"organisation": "northwind", "pk": signature.pk})
        assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, receipt)] * 3  # type: ignore[attr-defined,index]


def test_a_double_click_on_submit_gives_one_round(open_world: World) -> None:
    for _ in range(5):
        draft = makers.draft(open_world)
        results = at_once(*[partial(makers.submitted, open_world, draft)] * 2)
        assert len(refused(results, WrongState, Stale)) == 1
        assert Signature.objects.filter(version=draft).count() == 1
        assert fresh(draft).round == 1


def test_a_draft_is_never_frozen_without_what_was_saved(open_world: World) -> None:
    for _ in range(5):
        draft = makers.draft(open_world)
        saving = save(draft, open_world, 9)
        results = at_once(partial(makers.submitted, open_world, draft), saving)
        assert len(refused(results, WrongState, Stale)) == 1
        now = fresh(draft)
        assert (now.status, now.values["RingTimeLimit"]) in {(Status.IN_REVIEW, 3), (Status.DRAFT, 9)}


def save(draft: Version, world: World, rings: int) -> Act:
    values, row = {"RingTimeLimit": rings}, draft.row_version
    return partial(drafting.save_values, version=draft, values=values, row_version=row, by=world.ana, at=moment(3))


def test_of_two_tabs_one_saves_and_the_other_is_told(open_world: World) -> None:
    for _ in range(10):
        draft = makers.draft(open_world)
        results = at_once(save(draft, open_world, 5), save(draft, open_world, 6))
        (saved,) = done(results)
        assert isinstance(saved, Version)
        assert len(refused(results, Stale)) == 1
        now = fresh(draft)
        assert (now.values, now.row_version) == (saved.values, draft.row_version + 1)
        assert now.values == {**draft.values, "RingTimeLimit": now.values["RingTimeLimit"]}


def test_the_tab_that_comes_second_shows_both_texts(open_world: World, client_of: ClientOf) -> None:
    draft = makers.draft(open_world)
    where = reverse("fill", kwargs={"organisation": "northwind", "number": draft.sop.number}) + "?group=rules"
    tabs = {rings: client_of(open_world.ana) for rings in ("71", "72")}
    answers = at_once(
        *(
            partial(tab.post, where, {"v-RingTimeLimit": rings, "row_version": draft.row_version})
            for rings, tab in tabs.items()
        )
    )
    by_status = {answer.status_code: answer.content.decode() for answer in answers}  # type: ignore[attr-defined]
    assert set(by_status) == {HTTPStatus.FOUND, HTTPStatus.CONFLICT}
    assert "71" in by_status[409]
    assert "72" in by_status[409]


def test_two_managers_start_one_revision(open_world: World) -> None:
    published = makers.published(open_world)
    start = partial(drafting.start_revision, sop=published.sop, by=open_world.ana, at=moment(7))
    assert len(refused(at_once(start, start, start), WrongState)) == 2
    assert list(published.sop.versions.values_list("major", "minor").order_by("minor")) == [(1, 0), (1, 1)]


def test_sops_started_at_once_get_numbers_of_their_own(open_world: World) -> None:
    template = makers.template()
    start = partial(drafting.start_sop, template=template, by=open_world.ana, at=moment(8))
    assert not refused(at_once(start, start, start, start))
    assert sorted(SOP.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]
    assert SOP.objects.values("number").distinct().count() == 4


def publication_of(version: Version, world: World) -> Act:
    return partial(publishing.publish, version=version, effective_on=TODAY, by=world.ana, at=moment(6))


def test_a_version_is_published_once(open_world: World) -> None:
    for _ in range(5):
        version = makers.approved(open_world)
        assert len(refused(at_once(*[publication_of(version, open_world)] * 2), WrongState, Stale)) == 1
        assert Publication.objects.filter(version=version).count() == 1
        assert Version.objects.filter(sop=version.sop).in_force(moment(7)).count() == 1


def test_a_version_is_published_or_sent_back(open_world: World) -> None:
    for _ in range(5):
        version = makers.approved(open_world)
        refused(at_once(publication_of(version, open_world), return_by(version, open_world.ana)), WrongState, Stale)
        is_published = Publication.objects.filter(version=version).exists()
        assert fresh(version).status == (Status.PUBLISHED if is_published else Status.DRAFT)


def test_the_first_procedures_of_an_organisation_leave_one_to_land_on(open_world: World) -> None:
    for _ in range(5):
        SOP.objects.update(is_landing=False)
        first, second = makers.approved(open_world), makers.approved(open_world)
        assert not refused(at_once(publication_of(first, open_world), publication_of(second, open_world)))
        assert SOP.objects.filter(is_landing=True).count() == 1


def test_two_who_choose_the_landing_procedure_leave_one(open_world: World) -> None:
    sops = [makers.published(open_world).sop for _ in range(3)]
    for _ in range(5):
        SOP.objects.exclude(pk=sops[2].pk).update(is_landing=False)
        SOP.objects.filter(pk=sops[2].pk).update(is_landing=True)
        chosen = (open_world.ana, open_world.mia)
        acts = (
            partial(publishing.choose_landing, sop=sop, by=who, at=moment(9))
            for sop, who in zip(sops, chosen, strict=False)
        )
        assert not refused(at_once(*acts))
        assert SOP.objects.filter(is_landing=True).count() == 1


def test_withdrawing_a_coming_version_meets_the_publication_of_the_next(open_world: World) -> None:
    for _ in range(5):
        first = makers.published(open_world)
        coming = next_version(open_world, first, days=5)
        publishing.publish(version=coming, effective_on=TODAY + timedelta(days=5), by=open_world.ana, at=moment(12))
        later = next_version(open_world, fresh(coming), days=9)
        at_once(
            partial(publishing.withdraw, version=fresh(coming), reason="Too soon.", by=open_world.mia, at=moment(14)),
            partial(
                publishing.publish,
                version=later,
                effective_on=TODAY + timedelta(days=9),
                by=open_world.ana,
                at=moment(14),
            ),
        )
        # On every day from the first one on exactly one version is in force: no gap and no two.
        rows = Version.objects.filter(sop=first.sop)
        for day in (1, 4, 6, 8, 10):
            assert rows.in_force(moment(days=day)).count() <= 1, day
        assert list(rows.in_force(moment(days=1))) == [first]


def next_version(world: World, before: Version, *, days: int) -> Version:
    """Return the approved version after this one, for use from some days on."""
    draft = drafting.start_revision(sop=before.sop, by=world.ana, at=moment(7))
    version = makers.submitted(
        world, draft, size=makers.ChangeSize.MINOR, effective_on=TODAY + timedelta(days=days), at=moment(9)
    )
    return makers.signed(makers.signed(version, world.priya, moment(10)), world.ben, moment(11))


def test_a_double_click_on_understood_gives_one_sign_off(open_world: World) -> None:
    version = makers.published(open_world)
    for reader in (open_world.rui, open_world.priya, open_world.mia):
        click = partial(training.sign_off, version=version, shown_digest=version.digest, by=reader, at=moment(9))
        first, second = at_once(click, click)
        assert isinstance(first, SignOff)
        assert first == second
        assert SignOff.objects.filter(version=version, person=reader).count() == 1


def test_two_double_clicks_on_understood_lead_back_to_the_page(open_world: World, client_of: ClientOf) -> None:
    version = makers.published(open_world)
    place = {"organisation": "northwind", "number": version.sop.number, "version": Number(1, 0)}
    form = {"shown_digest": version.digest, "password": PASSWORD}
    clicks = [client_of(open_world.rui) for _ in range(2)]
    answers = at_once(*(partial(each.post, reverse("sign_off", kwargs=place), form) for each in clicks))
    page = reverse("version", kwargs=place)
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page)] * 2  # type: ignore[attr-defined,index]
    assert SignOff.objects.get().person == open_world.rui


def test_two_organisations_write_at_once_each_into_its_own_trail(open_world: World) -> None:
    template, homes = makers.template(), (open_world.ana, open_world.zoe)
    before = {who.organisation_id: newest(who) for who in homes}

    def several(who: Membership) -> list[str]:
        started = (drafting.start_sop(template=template, by=who, at=moment(8)) for _ in range(5))
        return [version.sop.number for version in started]

    ours, theirs = at_once(*(partial(several, who) for who in homes))
    assert ours == theirs == [f"SOP-CS-{serial:03}" for serial in range(1, 6)]
    for who in homes:
        assert newest(who) == before[who.organisation_id] + 5


def newest(member: Membership) -> int:
    found = Entry.objects.filter(organisation_id=member.organisation_id).order_by("-sequence").first()
    return 0 if found is None else found.sequence


def test_two_submitters_share_a_new_value_of_the_organisation(open_world: World) -> None:
    drafts = [makers.draft(open_world) for _ in range(2)]
    assert not refused(at_once(*(partial(makers.submitted, open_world, draft) for draft in drafts)))
    assert OrganisationValue.objects.visible_to(open_world.ana).by_name() == {"CompanyName": "Northwind"}


def test_the_browser_of_a_person_who_was_just_suspended_signs_nothing(open_world: World, client_of: ClientOf) -> None:
    version = makers.submitted(open_world)
    where = reverse("sign", kwargs={"organisation": "northwind", "number": version.sop.number})
    browser: Client = client_of(open_world.priya)
    form = {"shown_digest": version.digest, "password": PASSWORD}
    answer, _ = at_once(
        partial(browser.post, where, form),
        partial(suspend_member, member=open_world.priya, by=open_world.mia, at=moment(5)),
    )
    signatures = Signature.objects.filter(version=version, person=open_world.priya).count()
    assert signatures == (1 if "signatures" in answer.get("Location", "") else 0)  # type: ignore[attr-defined]
    assert browser.get(where).status_code in {302, 403}
    assert browser.post(where, form).status_code in {302, 403}
    assert Signature.objects.filter(version=version, person=open_world.priya).count() == signatures


def test_the_last_two_of_a_share_sign_at_once_and_it_begins_once(open_world: World) -> None:
    people = [open_world.rui, add_agent(open_world, "nia"), add_agent(open_world, "tom")]
    for _ in range(4):
        first = makers.published(open_world)
        draft = makers.revision(open_world, first)
        two = makers.in_training(open_world, makers.approved(open_world, makers.submitted(open_world, draft)))
        makers.understood(two, people[0])
        acts = (partial(makers.understood, two, who, moment(20 + place)) for place, who in enumerate(people[1:]))
        assert len(done(at_once(*acts))) == 2
        assert Entry.objects.about(two).filter(action="version.trained").count() == 1
        begins = fresh(two).in_force_from
        assert begins in {moment(20), moment(21)}
        assert fresh(first).in_force_until == begins


def test_the_last_sign_off_meets_a_newer_publication_a_withdrawal_and_a_manager(open_world: World) -> None:
    for round_ in range(6):
        two = makers.in_training(open_world)
        draft = makers.revision(open_world, two)
        three = makers.approved(open_world, makers.submitted(open_world, draft))
        others: tuple[Act, ...] = (
            partial(makers.published, open_world, three, at=moment(20)),
            partial(publishing.withdraw, version=fresh(two), reason="No.", by=open_world.ana, at=moment(20)),
            partial(beginning.put_in_force, version=two, reason="Law.", by=open_world.ana, at=moment(20)),
        )
        refused(at_once(partial(makers.understood, two, open_world.rui, moment(20)), others[round_ % 3]))
        for at in (moment(19), moment(20), moment(21), moment(days=9)):
            assert Version.objects.filter(sop=two.sop).in_force(at).count() <= 1
        assert SignOff.objects.filter(version=two).count() <= 1


def test_two_people_confirm_one_review_and_one_is_told(open_world: World) -> None:
    for _ in range(4):
        version = makers.published(open_world)
        results = at_once(*(partial(makers.confirmed, version, who) for who in (open_world.ana, open_world.ben)))
        assert len(refused(results, Stale)) == 1
        assert Confirmation.objects.filter(version=version).count() == 1
    same = at_once(*(partial(makers.confirmed, version, open_world.priya, turn=2) for _ in range(4)))
    assert len({row.pk for row in same if isinstance(row, Confirmation)}) == 1
    assert not refused(same)


def add_agent(world: World, name: str) -> Membership:
    return cast.person(world.northwind, name.capitalize(), Role.AGENT, title="Agent")
