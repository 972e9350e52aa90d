"""An organisation's own templates: copied, drafted, published, discarded, out of use, by whom and from which state."""

import hashlib

import pytest

from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library.actions import drafting
from templates_app import actions_templates as actions
from templates_app.domain.problems import TemplateError
from templates_app.models import Template, TemplateVersion
from tests.sop_library import makers
from tests.sop_library.makers import SOURCE, moment
from tests.world import World

FAULTY = SOURCE.replace("<Reasons>\n", "<Raisons>\n")
CHANGED = SOURCE.replace("Every call", "Each call").replace("title: Answering calls", "title: Answering our calls")


def copy(world: World) -> TemplateVersion:
    return actions.copy_template(template=makers.template(), by=world.ana, at=moment(1))


def save(world: World, version: TemplateVersion, source: str, minutes: int = 2) -> TemplateVersion:
    return actions.save_draft(
        version=version, source=source, row_version=version.row_version, by=world.ana, at=moment(minutes)
    )


def publish(world: World, version: TemplateVersion, summary: str = "", minutes: int = 3) -> TemplateVersion:
    return actions.publish_draft(
        version=version, row_version=version.row_version, change_summary=summary, by=world.ana, at=moment(minutes)
    )


def trail(world: World) -> list[str]:
    rows = Entry.objects.filter(organisation=world.northwind, action__startswith="template.").order_by("sequence")
    return [entry.action.removeprefix("template.") for entry in rows]


# Copy and new


def test_a_copy_is_a_draft_of_the_organisation_with_the_same_bytes(world: World) -> None:
    version = copy(world)
    assert (version.source, version.number, version.is_draft) == (SOURCE, 1, True)
    assert (version.template.slug, version.template.organisation) == ("answering-calls-2", world.northwind)
    assert (version.template.title, version.template.is_published) == ("Answering calls", False)
    assert trail(world) == ["copied"]


def test_an_own_template_can_be_copied_as_published_or_while_it_is_a_draft(world: World) -> None:
    version = save(world, copy(world), CHANGED)
    assert actions.copy_template(template=version.template, by=world.ana, at=moment(5)).source == CHANGED
    made = publish(world, version)
    save(world, actions.start_draft(template=made.template, by=world.ana, at=moment(6)), FAULTY)
    assert actions.copy_template(template=made.template, by=world.ana, at=moment(7)).source == CHANGED


@pytest.mark.parametrize("who", ["priya", "mia", "rui"])
def test_only_a_manager_copies_starts_and_changes(world: World, who: str) -> None:
    other, version = world.everybody[who], copy(world)
    attempts = (
        lambda: actions.copy_template(template=makers.template(), by=other, at=moment(2)),
        lambda: actions.start_template(title="New", by=other, at=moment(2)),
        lambda: actions.save_draft(version=version, source=CHANGED, row_version=1, by=other, at=moment(2)),
        lambda: actions.publish_draft(version=version, row_version=1, change_summary="", by=other, at=moment(2)),
        lambda: actions.discard_draft(version=version, row_version=1, by=other, at=moment(2)),
        lambda: actions.start_draft(template=version.template, by=other, at=moment(2)),
        lambda: actions.retire(template=version.template, by=other, at=moment(2)),
        lambda: actions.restore(template=version.template, by=other, at=moment(2)),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="Only managers"):
            attempt()
    assert trail(world) == ["copied"]


def test_a_stranger_cannot_copy_or_change_ours(world: World) -> None:
    version = copy(world)
    with pytest.raises(NotAllowed, match="another organisation"):
        actions.copy_template(template=version.template, by=world.zoe, at=moment(2))
    with pytest.raises(NotAllowed, match="another organisation"):
        actions.save_draft(version=version, source=CHANGED, row_version=1, by=world.zoe, at=moment(2))


def test_slugs_never_hide_a_built_in_template_or_an_address(world: World) -> None:
    assert actions.free_slug("answering-calls", world.ana) == "answering-calls"
    makers.template()
    assert [copy(world).template.slug for _ in range(2)] == ["answering-calls-2", "answering-calls-3"]
    made = [actions.start_template(title=title, by=world.ana, at=moment(2)) for title in ("New", "Export", "呼", "New")]
    assert [version.template.slug for version in made] == ["new-2", "export-2", "template", "new-3"]
    assert actions.start_template(title="New", by=world.zoe, at=moment(2)).template.slug == "new-2"


def test_the_same_slug_elsewhere_is_another_template(world: World) -> None:
    ours = actions.start_template(title="Calls", by=world.ana, at=moment(1)).template
    theirs = actions.start_template(title="Calls", by=world.zoe, at=moment(1)).template
    assert ours.slug == theirs.slug
    assert Template.objects.open_to(world.ana).called("calls") == ours
    assert Template.objects.open_to(world.zoe).called("calls") == theirs
    assert Template.objects.open_to(world.priya).called("calls") is None


def test_an_own_template_comes_before_a_built_in_one_of_the_same_slug(world: World) -> None:
    ours = actions.start_template(title="Calls", by=world.ana, at=moment(1)).template
    makers.template("calls")
    assert Template.objects.visible_to(world.ana).called("calls") == ours


def test_a_new_template_has_a_text_that_can_be_published(world: World) -> None:
    version = actions.start_template(title='Saying "no": how', by=world.ana, at=moment(1))
    made = publish(world, version)
    assert made.template.title == 'Saying "no": how'
    assert drafting.start_sop(template=made.template, by=world.ana, at=moment(4)).sop.number == "SOP-OP-001"


# Drafts


def test_a_draft_keeps_any_text_and_its_trail_says_that_it_changed(world: World) -> None:
    version = save(world, copy(world), FAULTY)
    assert (version.source, version.row_version, version.template.source) == (FAULTY, 2, "")
    nothing = save(world, version, "")
    assert nothing.source == ""
    assert nothing.digest == hashlib.sha256(b"").hexdigest()
    assert trail(world) == ["copied", "text_changed", "text_changed"]


def test_the_list_takes_its_facts_from_the_draft_until_something_is_published(world: World) -> None:
    version = save(world, copy(world), CHANGED)
    assert version.template.title == "Answering our calls"
    assert save(world, version, "no front matter").template.title == "Answering our calls"
    made = publish(world, save(world, TemplateVersion.objects.get(pk=version.pk), CHANGED))
    later = save(world, actions.start_draft(template=made.template, by=world.ana, at=moment(4)), SOURCE)
    assert later.template.title == "Answering our calls"


def test_facts_that_a_column_cannot_hold_are_cut(world: World) -> None:
    long = SOURCE.replace("registry: TEST-1", f"registry: {'R' * 60}").replace(
        "category: Calls", f"category: {'c' * 99}"
    )
    template = save(world, copy(world), long).template
    assert (len(template.registry), len(template.category)) == (40, 60)


@pytest.mark.parametrize(
    ("source", "sentence"), [("é" * 250_001, "at most"), ("a\nb\0", "Line 2"), ("\ud800", "Line 1")]
)
def test_what_no_row_can_hold_is_refused(world: World, source: str, sentence: str) -> None:
    version = copy(world)
    with pytest.raises(BadInput, match=sentence):
        save(world, version, source)


def test_the_second_of_two_saves_is_told_who_was_first(world: World) -> None:
    version = copy(world)
    save(world, version, CHANGED)
    with pytest.raises(Stale, match="Ana Silva changed this draft"):
        save(world, version, FAULTY)
    assert TemplateVersion.objects.get(pk=version.pk).source == CHANGED


def test_a_built_in_template_cannot_be_changed(world: World) -> None:
    template = makers.template()
    version = template.versions.get()
    for attempt in (
        lambda: actions.start_draft(template=template, by=world.ana, at=moment(2)),
        lambda: actions.save_draft(version=version, source="", row_version=1, by=world.ana, at=moment(2)),
        lambda: actions.retire(template=template, by=world.ana, at=moment(2)),
    ):
        with pytest.raises(WrongState, match="Copy it"):
            attempt()


# Publishing


def test_what_is_published_is_what_procedures_are_made_from(world: World) -> None:
    version = save(world, copy(world), CHANGED)
    with pytest.raises(WrongState, match="still a draft"):
        drafting.start_sop(template=version.template, by=world.ana, at=moment(3))
    made = publish(world, version)
    assert (made.is_draft, made.published_by, made.template.source) == (False, world.ana, CHANGED)
    assert made.template.digest == hashlib.sha256(CHANGED.encode()).hexdigest()
    procedure = drafting.start_sop(template=made.template, by=world.ana, at=moment(4))
    assert (procedure.source, procedure.template_version, procedure.title) == (CHANGED, made, "Answering our calls")
    assert trail(world) == ["copied", "text_changed", "published"]


def test_a_faulty_text_is_not_published(world: World) -> None:
    version = save(world, copy(world), FAULTY)
    with pytest.raises(TemplateError, match="Raisons"):
        publish(world, version)
    assert TemplateVersion.objects.get(pk=version.pk).is_draft


def test_from_the_second_version_on_a_summary_is_asked_for(world: World) -> None:
    made = publish(world, copy(world))
    draft = save(world, actions.start_draft(template=made.template, by=world.ana, at=moment(4)), CHANGED, 5)
    assert draft.number == 2
    with pytest.raises(BadInput, match="Say what has changed") as refused:
        publish(world, draft, "  ")
    assert refused.value.field == "change_summary"
    again = publish(world, draft, "Each call counts.")
    assert (again.change_summary, again.template.source) == ("Each call counts.", CHANGED)
    assert TemplateVersion.objects.get(pk=made.pk).source == SOURCE


def test_the_same_text_is_not_published_twice(world: World) -> None:
    made = publish(world, copy(world))
    draft = actions.start_draft(template=made.template, by=world.ana, at=moment(4))
    with pytest.raises(BadInput, match="same as that of version 1"):
        publish(world, draft, "Nothing")


def test_what_was_published_or_changed_in_between_is_not_published(world: World) -> None:
    version = copy(world)
    save(world, version, CHANGED)
    with pytest.raises(Stale):
        publish(world, version)
    publish(world, TemplateVersion.objects.get(pk=version.pk))
    with pytest.raises(WrongState, match="was published"):
        publish(world, version)
    with pytest.raises(WrongState, match="Start the next version"):
        save(world, version, SOURCE)


def test_one_draft_at_a_time(world: World) -> None:
    made = publish(world, copy(world))
    actions.start_draft(template=made.template, by=world.ana, at=moment(4))
    with pytest.raises(WrongState, match="has a draft already"):
        actions.start_draft(template=made.template, by=world.ana, at=moment(5))


# Discarding, out of use


def test_a_discarded_draft_is_gone_and_a_published_version_stays(world: World) -> None:
    version = copy(world)
    assert not actions.discard_draft(version=version, row_version=1, by=world.ana, at=moment(2))
    assert not Template.objects.own().exists()
    with pytest.raises(WrongState, match="was discarded"):
        save(world, version, CHANGED)
    made = publish(world, copy(world))
    draft = actions.start_draft(template=made.template, by=world.ana, at=moment(4))
    assert actions.discard_draft(version=draft, row_version=1, by=world.ana, at=moment(5))
    assert [each.number for each in Template.objects.own().get().versions.all()] == [1]
    assert trail(world).count("draft_discarded") == 2


def test_a_draft_that_changed_in_between_is_not_discarded(world: World) -> None:
    version = copy(world)
    save(world, version, CHANGED)
    with pytest.raises(Stale):
        actions.discard_draft(version=version, row_version=1, by=world.ana, at=moment(3))
    assert trail(world) == ["copied", "text_changed"]


def test_out_of_use_and_back(world: World) -> None:
    template = publish(world, copy(world)).template
    procedure = drafting.start_sop(template=template, by=world.ana, at=moment(4))
    actions.retire(template=template, by=world.ana, at=moment(5))
    template.refresh_from_db()
    assert Template.objects.open_to(world.priya).called(template.slug) is None
    with pytest.raises(WrongState, match="out of use"):
        drafting.start_sop(template=template, by=world.ana, at=moment(6))
    with pytest.raises(WrongState, match="already"):
        actions.retire(template=template, by=world.ana, at=moment(6))
    actions.restore(template=template, by=world.ana, at=moment(7))
    assert Template.objects.open_to(world.priya).called(template.slug) == template
    with pytest.raises(WrongState, match="in use already"):
        actions.restore(template=template, by=world.ana, at=moment(8))
    assert procedure.source == SOURCE


def test_what_was_never_published_is_discarded_not_retired(world: World) -> None:
    with pytest.raises(WrongState, match="Discard"):
        actions.retire(template=copy(world).template, by=world.ana, at=moment(2))
