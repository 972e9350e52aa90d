"""Adopting a pack with the answers of its one shared form."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import Stale
from sop_library.actions.drafting import adopt_pack, save_values
from sop_library.models import SOP, Version
from templates_app.actions import set_organisation_value
from templates_app.domain.kinds import ValueProblem, check_value
from templates_app.domain.variables import Source, Value, Variable
from templates_app.models import Pack
from templates_app.texts import template_of


def made_from(pack: Pack, by: Membership) -> int:
    """Return how many SOPs the member's organisation has made from the pack."""
    return int(SOP.objects.visible_to(by).filter(template__pack=pack).count())


@transaction.atomic
def adopt_pack_with_answers(
    *, pack: Pack, answers: Mapping[str, Value], made: int, by: Membership, at: datetime
) -> list[Version]:
    """Make the pack's drafts, give each the answers it declares, and return them; raises NotAllowed, Stale.

    `made` is what `made_from` gave when the form was shown: a second click finds another number.
    Answers are canonical, by variable name. Those of the organisation are kept once, for all SOPs.
    """
    # The organisation's row is the lock: of two clicks at once, the second one finds the drafts of the first.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    if made_from(pack, by) != made:
        raise Stale(f"{pack} was adopted after this page was opened. Its drafts are in My work.")
    drafts = adopt_pack(pack=pack, by=by, at=at)
    given: set[str] = set()
    for number, draft in enumerate(drafts):
        own: dict[str, Value] = {}
        for variable, value in _answered(draft, answers):
            if variable.source is not Source.ORGANISATION:
                own[variable.name] = value
            elif variable.name not in given:
                set_organisation_value(variable=variable, value=value, by=by, at=at)
                given.add(variable.name)
        if own:
            drafts[number] = save_values(version=draft, values=own, row_version=draft.row_version, by=by, at=at)
    return drafts


def _answered(draft: Version, answers: Mapping[str, Value]) -> list[tuple[Variable, Value]]:
    """Return the draft's variables with their answers; one that its own declaration refuses stays a blank there."""
    found: list[tuple[Variable, Value]] = []
    for variable in template_of(draft.source).answered:
        if variable.name in answers:
            with suppress(ValueProblem):
                found.append((variable, check_value(variable, answers[variable.name])))
    return found
