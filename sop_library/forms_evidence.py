"""What an evidence bundle is to be about."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.fields import SafeChoiceField
from accounts.forms import bare_helper
from accounts.models import Membership
from sop_library import bundle_scope
from sop_library.bundle_scope import Scope
from sop_library.models import SOP

EVERYTHING, PROCEDURE, PERSON, MOMENT = "everything", "procedure", "person", "moment"
ABOUT = (
    (PROCEDURE, "One procedure, with all of its versions"),
    (PERSON, "One person: what they did, signed and understood"),
    (MOMENT, "One moment: what was in force, and who had signed it"),
    (EVERYTHING, "Everything: the whole trail and every published version"),
)


class EvidenceForm(forms.Form):
    """One of four scopes, with what it needs."""

    about = SafeChoiceField(
        choices=ABOUT,
        widget=forms.RadioSelect,
        label="What is it about?",
        error_messages={"required": "Choose what it is about.", "invalid_choice": "Choose one of the four."},
    )
    procedure: Any = forms.ModelChoiceField(
        queryset=SOP.objects.none(),
        required=False,
        empty_label="Choose a procedure",
        error_messages={"invalid_choice": "Choose one of the procedures listed."},
    )
    person = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Choose a person",
        error_messages={"invalid_choice": "Choose one of the people listed."},
    )
    moment = forms.DateTimeField(
        required=False,
        label="Day and time",
        help_text="In your organisation's time zone, such as 2026-05-03 14:05.",
        input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "Enter day and time as 2026-05-03 14:05."},
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["procedure"].queryset = SOP.objects.visible_to(member)  # type: ignore[attr-defined]
        self.fields["person"].queryset = Membership.objects.visible_to(member)  # type: ignore[attr-defined]
        for name in (PROCEDURE, PERSON, MOMENT):
            self.fields[name].needed = True  # type: ignore[attr-defined]
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        """Return the answers; an error beside the part that the choice needs and does not have."""
        asked: dict[str, Any] = self.cleaned_data
        about = asked.get("about", EVERYTHING)
        if about != EVERYTHING and not asked.get(about) and about not in self.errors:
            self.add_error(
                about,
                {PROCEDURE: "Choose the procedure.", PERSON: "Choose the person."}.get(about, "Enter day and time."),
            )
        return asked

    def scope(self) -> Scope:
        """Return what the bundle is about."""
        asked, zone = self.cleaned_data, self.member.organisation.time_zone
        match asked["about"]:
            case "procedure":
                return bundle_scope.of_sop(asked["procedure"])
            case "person":
                return bundle_scope.of_person(asked["person"])
            case "moment":
                return bundle_scope.of_moment(self.member, _in_zone(asked["moment"], zone), zone)
            case _:
                return bundle_scope.of_everything(self.member)


def _in_zone(moment: datetime, zone: str) -> datetime:
    """Return what was typed as a moment of the organisation's zone, in UTC."""
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
