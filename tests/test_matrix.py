"""Every address × every kind of person has a declared answer; an address without one fails.

The rows come from the URL configuration: a new route that is not in ANSWERS fails `test_every_route_is_declared`.
A refusal is worth something only beside the person who is let in, so each row holds both. A GET changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from audit import seals
from audit.models import Entry
from sop_library.domain.numbering import Number
from sop_library.domain.remarks import Kind
from sop_library.models import Comment, Confirmation, Delegation, Rollout, Signature, Version
from templates_app.models import ImportedFile, Pack, Template
from tests.conftest import ClientOf
from tests.sop_library import commented, makers, reaching
from tests.world import World

PEOPLE = ("anonymous", "rui", "ana", "priya", "mia", "sol", "zoe")
# In the order of PEOPLE: anonymous, agent, manager, approver, admin, suspended member, stranger.
ANYBODY = "200 200 200 200 200 200 200"
SIGNED_IN = "302 302 302 302 302 302 302"
MEMBERS = "302 200 200 200 200 403 404"
WORKERS = "302 403 200 200 200 403 404"
MANAGER = "302 403 200 403 403 403 404"
AUTHORS = "302 403 200 200 403 403 404"
OWNERS = "302 403 200 403 200 403 404"
ADMIN = "302 403 403 403 200 403 404"
NOT_BY_GET_WORKERS = "302 403 405 405 405 403 404"

# Route: what GET answers, and what a POST without any of the form's fields answers ("" where the route takes none).
ANSWERS = {
    "home": ("302 302 302 302 302 403 302", ""),
    "healthz": (ANYBODY, ""),
    "readyz": (ANYBODY, ""),
    "sign_in": ("200 302 302 302 302 302 302", "422 302 302 302 302 302 302"),
    "sign_out": ("405 405 405 405 405 405 405", SIGNED_IN),
    "change_password": ("302 200 200 200 200 200 200", "302 422 422 422 422 422 422"),
    "set_password": ("404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
    "sign_in_code": (SIGNED_IN, SIGNED_IN),
    "account": ("302 200 200 200 200 200 200", ""),
    "codes_set_up": (SIGNED_IN, SIGNED_IN),
    "recovery_codes": (SIGNED_IN, SIGNED_IN),
    "codes_remove": (SIGNED_IN, SIGNED_IN),
    "promise": ("302 302 302 302 302 403 404", "302 302 302 302 302 403 404"),
    "letters": ("302 200 200 200 200 200 200", SIGNED_IN),
    "stop_letters": ("404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
    "stop_checkpoints": ("404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
    "keepers": (ADMIN, "302 403 403 403 302 403 404"),
    "organisation": (ADMIN, "302 403 403 403 422 403 404"),
    "people": (ADMIN, ""),
    "person_add": (ADMIN, "302 403 403 403 422 403 404"),
    "person_change": (ADMIN, "302 403 403 403 422 403 404"),
    "person_suspend": ("302 403 403 403 405 403 404", "302 403 403 403 302 403 404"),
    "person_restore": ("302 403 403 403 405 403 404", "302 403 403 403 409 403 404"),
    "person_codes": (ADMIN, "302 403 403 403 409 403 404"),
    "person_identity": (ADMIN, "302 403 403 403 422 403 404"),
    "person_link": ("302 403 403 403 405 403 404", "302 403 403 403 200 403 404"),
    "landing": ("302 200 302 302 302 403 404", ""),
    "work": (WORKERS, ""),
    "procedures": (MEMBERS, ""),
    "templates": (WORKERS, ""),
    "template": (WORKERS, ""),
    "template_new": (MANAGER, "302 403 422 403 403 403 404"),
    "templates_export": (OWNERS, ""),
    "template_copy": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "template_route": (OWNERS, "302 403 403 403 422 403 404"),
    "drop_route": ("302 403 403 403 405 403 404", "302 403 403 403 302 403 404"),
    "template_draft": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "template_retire": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "template_restore": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "template_publish": (MANAGER, "302 403 409 403 403 403 404"),
    "template_discard": (MANAGER, "302 403 409 403 403 403 404"),
    "template_edit": (MANAGER, "302 403 409 403 403 403 404"),
    "template_check": ("302 403 405 403 403 403 404", "302 403 200 403 403 403 404"),
    "template_change": ("302 403 405 403 403 403 404", "302 403 200 403 403 403 404"),
    "template_variable_new": (MANAGER, "302 403 422 403 403 403 404"),
    "template_variable": (MANAGER, "302 403 422 403 403 403 404"),
    "template_versions": (OWNERS, ""),
    "template_compare": (OWNERS, ""),
    "template_export": (OWNERS, ""),
    "use_template": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "bring_in": (MANAGER, "302 403 422 403 403 403 404"),
    "import_review": (MANAGER, "302 403 409 403 403 403 404"),
    "import_discard": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "pack": (WORKERS, ""),
    "adopt_pack": (MANAGER, "302 403 302 403 403 403 404"),
    "sop": (MEMBERS, ""),
    "record": (WORKERS, ""),
    "compare": (MEMBERS, ""),
    "compare_pdf": ("302 409 409 409 409 403 404", ""),
    "choose_landing": ("302 403 405 403 405 403 404", "302 403 302 403 302 403 404"),
    "revise": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "fill": (MANAGER, "302 403 302 403 403 403 404"),
    "preview": (MANAGER, ""),
    "text": (MANAGER, "302 403 422 403 403 403 404"),
    "newer": (MANAGER, "302 403 409 403 403 403 404"),
    "check": (MANAGER, ""),
    "submit": (MANAGER, "302 403 422 403 403 403 404"),
    "review": (WORKERS, ""),
    "reroute": (OWNERS, "302 403 422 403 422 403 404"),
    "delegations": ("302 403 403 200 200 403 404", "302 403 403 422 422 403 404"),
    "end_delegation": ("302 403 403 405 405 403 404", "302 403 403 302 302 403 404"),
    "sign": ("302 403 403 200 403 403 404", "302 403 403 409 403 403 404"),
    "return": ("302 403 200 200 403 403 404", "302 403 422 422 403 403 404"),
    "comment_new": (AUTHORS, "302 403 422 422 403 403 404"),
    "comment": (AUTHORS, "302 403 422 422 403 403 404"),
    "comment_resolve": ("302 403 405 405 403 403 404", "302 403 302 302 403 403 404"),
    "comment_reopen": ("302 403 405 405 403 403 404", "302 403 403 302 403 403 404"),
    "comments": (WORKERS, ""),
    "publish": (OWNERS, "302 403 422 403 422 403 404"),
    "sign_offs": (WORKERS, ""),
    "missing": (OWNERS, ""),
    "missing_csv": (OWNERS, ""),
    "put_in_force": (OWNERS, "302 403 422 403 422 403 404"),
    "still_right": ("302 403 200 200 403 403 404", "302 403 422 422 403 403 404"),
    "confirmation": (WORKERS, ""),
    "version": (MEMBERS, ""),
    "pdf": (MEMBERS, ""),
    "pdf_as_published": (WORKERS, ""),
    "sign_off": (MEMBERS, "302 422 422 422 422 403 404"),
    "withdraw": (OWNERS, "302 403 422 403 422 403 404"),
    "receipt": (WORKERS, ""),
    "values": (OWNERS, "302 403 409 403 409 403 404"),
    "reach": (OWNERS, "302 403 409 403 403 403 404"),
    "conflicts": (OWNERS, ""),
    "rollout": (OWNERS, ""),
    "retry_rollout": ("302 403 405 403 403 403 404", "302 403 409 403 403 403 404"),
    "resume_rollout": ("302 403 405 403 403 403 404", "302 403 302 403 403 403 404"),
    "notes": ("302 403 403 403 405 403 404", "302 403 403 403 400 403 404"),
    "route": (ADMIN, "302 403 403 403 422 403 404"),
    "trail": (WORKERS, ""),
    "trail_csv": (WORKERS, ""),
    "evidence": (ADMIN, "302 403 403 403 422 403 404"),
    "seal": (WORKERS, ""),
    "part11": (ADMIN, ""),
    "checkpoints": (WORKERS, ""),
}


# What a GET adds, and nothing else: that somebody opened a version or took something. By action, who is let in there.
READERS = "Rui Costa, Ana Silva, Priya Nair, Mia Keller"
ON_RECORD = {
    "version.viewed": READERS,
    "version.pdf_opened": READERS,
    "trail.exported": "Ana Silva, Priya Nair, Mia Keller",
    "templates.exported": "Ana Silva, Mia Keller",
    "version.missing_exported": "Ana Silva, Mia Keller",
}

# Routes that need an own template with a draft.
EDITING = (
    "template_publish",
    "template_discard",
    "template_edit",
    "template_check",
    "template_change",
    "template_variable_new",
    "template_variable",
    "template_versions",
    "template_compare",
)


@dataclass(frozen=True)
class Scene:
    """One SOP in each state, so that each address names something that is there."""

    in_force: Version
    draft: Version
    in_review: Version
    approved: Version
    behind: Version
    training: Version
    signature: Signature
    confirmation: Confirmation
    imported: ImportedFile
    editing: Template
    published: Template
    retired: Template
    rollout: Rollout
    delegation: Delegation
    comment: Comment


@pytest.fixture
def scene(world: World) -> Scene:
    in_force = makers.published(world)
    in_review = makers.submitted(world)
    makers_pack()
    return Scene(
        in_force=in_force,
        draft=makers.draft(world),
        in_review=in_review,
        approved=makers.approved(world),
        behind=makers.behind(world),
        training=makers.in_training(world),
        confirmation=makers.confirmed(in_force, world.ana),
        signature=Signature.objects.filter(version=in_force).first(),
        imported=makers.imported_file(world),
        editing=makers.own_draft(world).template,
        published=makers.own_published(world).template,
        retired=makers.own_retired(world),
        delegation=makers.away(world, world.priya, world.ben),
        rollout=reaching.started(world.ana, CompanyName="Northwind Ltd"),
        comment=commented.said(in_review, world.priya, kind=Kind.SUGGESTION),
    )


def makers_pack() -> None:
    """Store a pack of the one short template."""
    template = makers.template()
    pack = Pack.objects.create(slug="short-pack", title="Short pack", category="Calls", summary="One template.")
    type(template).objects.filter(pk=template.pk).update(pack=pack, position=1)


def routes(resolver: URLResolver | None = None) -> Iterator[str]:
    """Return the name of every route in the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry)
        else:
            assert isinstance(entry, URLPattern)
            assert entry.name, f"{entry.pattern} has no name"
            yield entry.name


def address(name: str, scene: Scene, world: World, organisation: str = "northwind") -> str:
    """Return the address of a route, naming things of Northwind."""
    number = {
        **dict.fromkeys(("fill", "preview", "text", "check", "submit"), scene.draft.sop.number),
        **dict.fromkeys(("missing", "missing_csv", "put_in_force"), scene.training.sop.number),
        **dict.fromkeys(("review", "reroute", "sign", "return", "comment_new"), scene.in_review.sop.number),
        "publish": scene.approved.sop.number,
        "newer": scene.behind.sop.number,
    }.get(name, scene.in_force.sop.number)
    slug = {
        **dict.fromkeys(("pack", "adopt_pack"), "short-pack"),
        **dict.fromkeys(EDITING, scene.editing.slug),
        **dict.fromkeys(("template_draft", "template_retire"), scene.published.slug),
        "template_restore": scene.retired.slug,
    }.get(name, "answering-calls")
    keys = {
        "import": scene.imported.pk,
        "confirmation": scene.confirmation.pk,
        "rollout": scene.rollout.pk,
        "resume": scene.rollout.pk,
        "retry": scene.rollout.pk,
        "end": scene.delegation.pk,
        "comment": scene.comment.pk,
    }
    given: dict[str, Any] = {
        "organisation": organisation,
        "number": number,
        "version": Number(1, 0),
        "slug": slug,
        "name": "CompanyName",
        "pk": keys.get(name.partition("_")[0], scene.signature.pk),
        "person": world.rui.pk,
        "token": "nothing",
        "seal": seals.current().fingerprint,
    }
    wanted = next(iter(get_resolver().reverse_dict.getlist(name)))[0][0][1]
    return reverse(name, kwargs={key: given[key] for key in wanted})


def client(person: str, world: World, client_of: ClientOf) -> Client:
    return Client() if person == "anonymous" else client_of(world.everybody[person])


def test_every_route_is_declared() -> None:
    assert set(routes()) == set(ANSWERS)


def test_each_person_gets_the_declared_answer_and_a_get_writes_nothing(
    world: World, scene: Scene, client_of: ClientOf
) -> None:
    before, wrong = contents(), {}
    newest = Entry.objects.latest("pk").pk
    for name, (by_get, _) in ANSWERS.items():
        where = address(name, scene, world)
        got = {person: client(person, world, client_of).get(where).status_code for person in PEOPLE}
        if got != declared(by_get):
            wrong[name] = got
    assert not wrong
    on_record = {(row.action, row.person.name) for row in Entry.objects.filter(pk__gt=newest).select_related("person")}
    assert on_record == {(action, who) for action, people in ON_RECORD.items() for who in people.split(", ")}
    assert Entry.objects.filter(pk__gt=newest).count() == len(on_record), "the same twice in a day is one entry"
    assert contents(newest) == without_heads(before), "a GET wrote to the database"


def test_each_person_gets_the_declared_answer_to_a_post(world: World, scene: Scene, client_of: ClientOf) -> None:
    wrong = {}
    for name, (_, by_post) in ANSWERS.items():
        where = address(name, scene, world)
        got = {person: post_and_undo(client(person, world, client_of), where) for person in PEOPLE}
        refused = not by_post and set(got.values()) <= {302, 403, 404, 405}
        if not refused and (not by_post or got != declared(by_post)):
            wrong[name] = got
    assert not wrong


def declared(row: str) -> dict[str, int]:
    answers = [int(word) for word in row.split()]
    assert len(answers) == len(PEOPLE)
    return dict(zip(PEOPLE, answers, strict=True))


def post_and_undo(browser: Client, where: str) -> int:
    """Return what a POST without any of the form's fields answers; the database stays as it was for the next person."""
    from django.db import transaction

    with transaction.atomic():
        status = browser.post(where, {"sent": "yes"}).status_code
        transaction.set_rollback(True)
    return status


def contents(newest: int | None = None) -> dict[str, Any]:
    """Return every row of the product's own tables; sessions and sign-in tries are not among them.

    With the newest entry of before, what was put on record since is left out, and with it where the trails end.
    """
    own = {"accounts", "audit", "templates_app", "sop_library"}
    found = {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label in own and model._meta.model_name not in {"signintries", "user"}
    }
    if newest is None:
        return found
    kept = Entry.objects.filter(pk__lte=newest).values_list()
    return without_heads(found | {"audit.Entry": sorted(map(repr, kept))})


def without_heads(found: dict[str, Any]) -> dict[str, Any]:
    return {label: rows for label, rows in found.items() if label != "audit.Head"}


# Routes that name something of one organisation: an SOP, a signature, a person.
OURS = [
    name
    for name in ANSWERS
    if name in EDITING
    or (
        {"number", "pk", "person"} & set(next(iter(get_resolver().reverse_dict.getlist(name)))[0][0][1])
        and name != "set_password"
    )
]


def test_a_stranger_finds_nothing_of_ours_under_their_own_organisation(
    world: World, scene: Scene, client_of: ClientOf
) -> None:
    zoe, found = client_of(world.zoe), {}
    for name in OURS:
        theirs = address(name, scene, world, organisation="contoso")
        found[theirs] = {zoe.get(theirs).status_code, zoe.post(theirs).status_code} - {404, 405}
    assert not {where: statuses for where, statuses in found.items() if statuses}


def test_a_stranger_s_lists_hold_no_word_of_ours(world: World, scene: Scene, client_of: ClientOf) -> None:
    zoe = client_of(world.zoe)
    for name in ("work", "procedures", "templates", "trail", "trail_csv", "people"):
        where = reverse(name, kwargs={"organisation": "contoso"})
        answer = zoe.get(where)
        text = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200
        for word in (scene.in_force.sop.number, scene.editing.slug, "Ana Silva", "Northwind Support"):
            assert word.encode() not in text, f"{where} shows {word}"


def test_an_agent_meets_no_draft(world: World, scene: Scene, client_of: ClientOf) -> None:
    rui = client_of(world.rui)
    for version in (scene.draft, scene.in_review, scene.approved):
        kwargs = {"organisation": "northwind", "number": version.sop.number}
        for name, more in (("sop", {}), ("version", {"version": Number(1, 0)}), ("pdf", {"version": Number(1, 0)})):
            assert rui.get(reverse(name, kwargs=kwargs | more)).status_code == 404
