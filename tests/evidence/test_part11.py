"""Each clause is met where its state is right, and not met where somebody spoilt it: one test a clause and state."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from accounts import reauth
from accounts.access import access_of, routes
from accounts.models import IdentityCheck, Membership, Promise, User
from audit import append_only, trail
from audit.models import Entry
from sop_library import part11, storage
from sop_library.domain.compliance import Answer, Result
from sop_library.models import SOP, FrozenText, Publication, Signature, Version
from templates_app.models import ImportedFile, Pack
from tests.conftest import ClientOf
from tests.database import open_protected_tables
from tests.evidence import test_bundle as bundles
from tests.sop_library import makers
from tests.sop_library.conftest import blank_page
from tests.world import World

pytestmark = pytest.mark.django_db
BY_ID = {each.clause: each for each in part11.CLAUSES}
LATER = makers.moment(40)


@pytest.fixture(autouse=True)
def _printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for the PDF engine, and set the clock to a moment after everything that the makers do."""
    monkeypatch.setattr("sop_library.formats.pdf.render_pdf", blank_page)
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def good(world: World) -> World:
    """One procedure in force, signed by its route, read by Rui, and nothing spoilt."""
    makers.understood(makers.published(world), world.rui)
    return world


def result(clause: str, world: World | None = None) -> Result:
    return part11.finding(BY_ID[clause], world.northwind if world else None).answer.result


def told(clause: str) -> str:
    return part11.finding(BY_ID[clause]).answer.says


def spoilt() -> None:
    """Let the test change what the database protects."""
    open_protected_tables()


def met(clause: str, world: World) -> None:
    assert result(clause) is Result.MET, told(clause)
    assert result(clause, world) is Result.MET


def not_met(clause: str, words: str) -> None:
    assert result(clause) is Result.NOT_MET
    assert words in told(clause)


def test_11_10_a_altered_records_can_be_told(good: World) -> None:
    met("21 CFR 11.10(a)", good)


def test_11_10_a_is_not_met_with_an_altered_page(good: World) -> None:
    spoilt()
    Publication.objects.update(page="<p>Other</p>")
    assert result("21 CFR 11.10(a)", good) is Result.NOT_MET
    assert "SOP-CS-001" not in part11.finding(BY_ID["21 CFR 11.10(a)"], good.contoso).answer.says


def test_11_10_b_copies_are_complete(good: World) -> None:
    met("21 CFR 11.10(b)", good)


@pytest.mark.parametrize("clause", ["21 CFR 11.10(b)", "21 CFR 11.10(c)"])
def test_11_10_b_and_c_are_not_met_with_a_lost_pdf(clause: str, good: World) -> None:
    path = storage.path_of(Publication.objects.get().pdf_sha256)
    path.rename(path.with_suffix(".away"))
    try:
        not_met(clause, "SOP-CS-001 version 1.0: its PDF is missing.")
    finally:
        path.with_suffix(".away").rename(path)


def test_11_10_c_nothing_signed_can_be_deleted(good: World) -> None:
    met("21 CFR 11.10(c)", good)


def test_11_10_d_every_address_says_who_may_open_it(good: World) -> None:
    met("21 CFR 11.10(d)", good)


def test_11_10_d_is_not_met_with_an_address_that_does_not(good: World, monkeypatch: pytest.MonkeyPatch) -> None:
    view: Any = dict(routes())["o/<slug:organisation>/trail/"].callback
    assert access_of(view)
    monkeypatch.delattr(view, "access")
    not_met("21 CFR 11.10(d)", "/o/<slug:organisation>/trail/ does not say who may open it.")


def test_11_10_e_the_trail_cannot_be_changed(good: World) -> None:
    before = list(Entry.objects.values_list())
    met("21 CFR 11.10(e)", good)
    assert list(Entry.objects.values_list()) == before


def test_11_10_e_is_not_met_without_triggers_and_the_try_is_undone(good: World) -> None:
    append_only.remove(connection, "audit_entry")
    before = list(Entry.objects.values_list())
    not_met("21 CFR 11.10(e)", "The triggers of table audit_entry are gone. A change of an entry of the trail was not")
    assert list(Entry.objects.values_list()) == before


def test_11_10_f_steps_happened_in_their_order(good: World) -> None:
    makers.submitted(good)
    met("21 CFR 11.10(f)", good)


def test_11_10_f_is_not_met_with_a_version_published_by_hand(good: World) -> None:
    draft = makers.draft(good)
    Version.objects.filter(pk=draft.pk).update(
        status="published", in_force_from=LATER, digest="0" * 64, frozen_at=LATER
    )
    not_met("21 CFR 11.10(f)", "which its recorded acts do not lead to")


def test_11_10_f_is_not_met_with_an_act_out_of_order(good: World) -> None:
    version = makers.draft(good)
    trail.record(
        organisation=good.northwind, by=good.ana, action="version.withdrawn", subject=version, at=LATER, data={}
    )
    not_met("21 CFR 11.10(f)", "(version.withdrawn) cannot be, for its version was draft")


def test_11_10_g_who_acted_held_a_role_for_it(good: World) -> None:
    met("21 CFR 11.10(g)", good)


def test_11_10_g_is_not_met_with_an_act_by_an_agent(good: World) -> None:
    version = Version.objects.get()
    trail.record(
        organisation=good.northwind, by=good.rui, action="version.withdrawn", subject=version, at=LATER, data={}
    )
    not_met("21 CFR 11.10(g)", "is by somebody who did not hold a role for it")


def test_11_10_h_files_brought_in_are_known(good: World) -> None:
    makers.imported_file(good)
    met("21 CFR 11.10(h)", good)


def test_11_10_h_is_not_met_with_a_file_without_digest(good: World) -> None:
    makers.imported_file(good)
    ImportedFile.objects.update(sha256="")
    not_met("21 CFR 11.10(h)", "has no digest on record")


def test_11_10_i_is_for_the_organisation_to_do(good: World) -> None:
    assert result("21 CFR 11.10(i)", good) is Result.BY_PROCEDURE


def test_11_10_j_who_signed_made_the_statement(good: World) -> None:
    met("21 CFR 11.10(j)", good)


def test_11_10_j_is_not_met_for_a_signer_without_it(good: World) -> None:
    spoilt()
    Promise.objects.filter(person=good.ben).delete()
    not_met("21 CFR 11.10(j)", "Ben Okafor signed without the statement.")


def test_11_10_k_the_pack_for_running_the_system_is_there_and_to_be_adopted(good: World) -> None:
    call_command("sop_load_library", stdout=io.StringIO())
    assert result("21 CFR 11.10(k)", good) is Result.BY_PROCEDURE
    assert "Adopt and publish from the pack “Running SOPsite”" in told("21 CFR 11.10(k)")
    for template in Pack.objects.get(slug="running-sopsite").templates.all():
        SOP.objects.filter(pk=makers.published(good).sop_id).update(template=template)
    met("21 CFR 11.10(k)", good)


def test_11_10_k_is_not_met_without_the_pack(good: World) -> None:
    not_met("21 CFR 11.10(k)", "is not in the library")


@pytest.mark.parametrize("clause", ["21 CFR 11.50", "Annex 11 §14"])
def test_11_50_and_annex_14_signatures_are_shown(clause: str, good: World) -> None:
    met(clause, good)


@pytest.mark.parametrize("clause", ["21 CFR 11.50", "Annex 11 §14", "ALCOA+"])
def test_11_50_is_not_met_by_a_page_without_its_signatures(clause: str, good: World) -> None:
    spoilt()
    Publication.objects.update(page="<p>Nobody</p>")
    not_met(clause, "its page does not show the signature of")


@pytest.mark.parametrize("clause", ["21 CFR 11.70", "Annex 11 §14"])
def test_11_70_a_signature_covers_its_text(clause: str, good: World) -> None:
    met(clause, good)


@pytest.mark.parametrize("clause", ["21 CFR 11.70", "Annex 11 §14"])
def test_11_70_is_not_met_with_a_text_that_was_exchanged(clause: str, good: World) -> None:
    spoilt()
    FrozenText.objects.update(digest="0" * 64)
    not_met(clause, "covers another text")


def verified(world: World) -> None:
    for person in Membership.objects.filter(organisation=world.northwind):
        IdentityCheck.objects.create(
            organisation=world.northwind, person=person, how="Passport", checked_on=LATER.date(),
            checked_by=world.mia, recorded_at=LATER,
        )  # fmt: skip


def test_11_100_one_account_a_person_with_verified_identity(good: World) -> None:
    assert result("21 CFR 11.100", good) is Result.BY_PROCEDURE
    assert "record how you verified who this is" in told("21 CFR 11.100")
    verified(good)
    met("21 CFR 11.100", good)


def test_11_100_is_not_met_with_an_address_shared(good: World) -> None:
    verified(good)
    User.objects.filter(pk=good.rui.user_id).update(email="BEN@northwind.example")
    not_met("21 CFR 11.100", "is used by two accounts")


def test_11_200_signing_asks_again(good: World) -> None:
    met("21 CFR 11.200", good)


def test_11_200_is_not_met_when_a_session_signs_for_hours(good: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reauth, "LASTS", timedelta(hours=8))
    not_met("21 CFR 11.200", "after a pause of more than fifteen minutes")


def test_11_200_is_not_met_when_one_signed_for_another(good: World) -> None:
    spoilt()
    Signature.objects.filter(person=good.ben).update(person=good.mia)
    not_met("21 CFR 11.200", "was not made from their own account")


STRONG = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_11_300_passwords_are_guarded(good: World, settings: Any) -> None:
    settings.PASSWORD_HASHERS = STRONG
    met("21 CFR 11.300", good)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AXES_FAILURE_LIMIT", 1000, "do not lock"),
        ("AXES_HANDLER", "axes.handlers.dummy.AxesDummyHandler", "do not lock"),
        ("AUTH_PASSWORD_VALIDATORS", [], "fewer than 12"),
        ("PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"], "quick to guess"),
    ],
)
def test_11_300_is_not_met_with_a_weaker_setting(
    name: str, value: object, words: str, good: World, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = STRONG
    setattr(settings, name, value)
    not_met("21 CFR 11.300", words)


def test_annex_11_7_2_is_not_met_without_a_record_of_backup_and_restore(good: World) -> None:
    not_met("Annex 11 §7.2", "No backup is on record. No restore test is on record.")


def test_annex_11_7_2_backup_and_restore_are_on_record(good: World) -> None:
    for action in ("backup.made", "backup.restored"):
        trail.record(organisation=good.northwind, by=None, action=action, subject=good.northwind, at=LATER, data={})
    met("Annex 11 §7.2", good)


def test_annex_11_9_changes_have_reasons(good: World) -> None:
    met("Annex 11 §9", good)


@pytest.mark.parametrize(
    ("clause", "action", "words"),
    [("Annex 11 §9", "version.returned", "has no reason"), ("Annex 11 §12.4", "thing.done", "has no words")],
)
def test_annex_11_9_and_12_4_are_not_met_with_such_an_entry(clause: str, action: str, words: str, good: World) -> None:
    subject = Version.objects.get()
    trail.record(organisation=good.northwind, by=good.ana, action=action, subject=subject, at=LATER, data={})
    not_met(clause, words)


def test_annex_11_12_4_entries_say_who_and_what(good: World) -> None:
    met("Annex 11 §12.4", good)


def test_iso_9001_7_5_2_documents_are_identified(good: World) -> None:
    met("ISO 9001 7.5.2", good)


def test_iso_9001_7_5_2_is_not_met_without_a_review_date(good: World) -> None:
    Version.objects.update(review_on=None)
    not_met("ISO 9001 7.5.2", "lacks title, author, review date or digest")


def test_iso_9001_7_5_3_documents_are_controlled(good: World) -> None:
    met("ISO 9001 7.5.3", good)


def test_iso_9001_7_5_3_is_not_met_with_a_review_overdue(good: World) -> None:
    Version.objects.update(review_on=makers.TODAY - timedelta(days=2))
    not_met("ISO 9001 7.5.3", "its review was due")


def test_iso_9001_7_5_3_takes_the_review_that_was_confirmed_last(good: World) -> None:
    makers.confirmed(Version.objects.select_related("sop", "organisation").get(), good.ana)
    Version.objects.update(review_on=makers.TODAY - timedelta(days=2))
    met("ISO 9001 7.5.3", good)


def test_a_check_that_several_clauses_ask_runs_once(good: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def counted(home: object) -> Answer:
        asked.append(home)
        return Answer(Result.MET, "")

    clause = part11.Clause("A", "", "", (counted,))
    monkeypatch.setattr(part11, "CLAUSES", (clause, clause))
    assert [each.clause for each in part11.findings()] == ["A", "A"]
    assert asked == [None]


def test_iso_27001_a_5_37_procedures_have_owners(good: World) -> None:
    met("ISO 27001 A.5.37", good)


def test_iso_27001_a_5_37_is_by_procedure_while_nothing_is_in_force(world: World) -> None:
    assert result("ISO 27001 A.5.37", world) is Result.BY_PROCEDURE


def test_iso_27001_a_5_37_is_not_met_when_the_owner_left(good: World) -> None:
    Membership.objects.filter(pk=good.ana.pk).update(suspended_at=LATER)
    not_met("ISO 27001 A.5.37", "its owner no longer has access")


def test_alcoa_data_is_what_it_should_be(good: World) -> None:
    met("ALCOA+", good)


# Where it is shown


def test_the_command_prints_each_clause_and_ends_with_1_when_one_is_not_met(good: World, settings: Any) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("sop_verify", "--part11", stdout=out)
    assert end.value.code == 1
    assert all(each.clause in out.getvalue() for each in part11.CLAUSES)
    assert "NOT MET       Annex 11 §7.2" in out.getvalue()


def test_the_command_ends_with_0_when_all_are_met_or_by_procedure(good: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part11, "CLAUSES", (BY_ID["21 CFR 11.10(d)"], BY_ID["21 CFR 11.10(i)"]))
    out = io.StringIO()
    call_command("sop_verify", "--part11", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["ok"] is True
    assert [each["answer"]["result"] for each in said["clauses"]] == ["met", "by procedure"]


def test_the_page_shows_one_organisation_s_own_records(good: World, client_of: ClientOf) -> None:
    page = client_of(good.mia).get("/o/northwind/part11/").content.decode()
    assert page.count('<th scope="row">') == len(part11.CLAUSES)
    assert "3 signatures, each over the digest of its own frozen text." in page
    theirs = client_of(good.zoe).get("/o/contoso/part11/").content.decode()
    assert "0 signatures, each over the digest" in theirs
    assert "SOP-CS-001" not in theirs


def test_a_bundle_about_everything_holds_the_check(good: World) -> None:
    files = bundles.files_of(bundles.made(good))
    assert "21 CFR 11.10(a)" in files["record/part11.txt"].decode()
