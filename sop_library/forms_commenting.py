"""The forms of commenting on a version under review."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeChoiceField, SafeTextField
from accounts.forms import BareForm
from sop_library.domain import anchoring, remarks
from sop_library.domain.anchoring import Passage
from sop_library.domain.remarks import KIND_WORDS, Kind

_KINDS = {
    Kind.MUST_FIX: f"{KIND_WORDS[Kind.MUST_FIX]}. Nobody can sign while it is open.",
    Kind.SUGGESTION: f"{KIND_WORDS[Kind.SUGGESTION]}. Signing does not wait for it.",
}


def said_field(label: str, help_text: str, required: str = "") -> SafeTextField:
    """Return a field for what somebody says; without a sentence for when it is empty it may be left so."""
    return SafeTextField(
        label=label,
        help_text=help_text,
        required=bool(required),
        max_length=remarks.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": required},
    )


class CommentForm(BareForm):
    """What is said about which words of which section. `before` and `after` come from a selection on the page."""

    shown_digest = SafeCharField(widget=forms.HiddenInput, max_length=64)
    before = SafeTextField(widget=forms.HiddenInput, required=False)
    after = SafeTextField(widget=forms.HiddenInput, required=False)
    section = SafeChoiceField(label="Section")
    words = SafeTextField(
        label="Words it is about",
        required=False,
        help_text="As they stand in the text, without what the record fills in. Empty for the whole section.",
        max_length=anchoring.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kind = SafeChoiceField(
        label="Kind",
        choices=[(kind.value, words) for kind, words in _KINDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it must be fixed or is a suggestion."},
    )
    text = said_field("Comment", "Say what is wrong and what you expect there.", "Write what you want to say.")

    def __init__(self, *args: Any, passages: Sequence[Passage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [  # type: ignore[attr-defined]
            (passage.id, passage.title) for passage in passages if passage.id
        ]


class ReplyForm(BareForm):
    """An answer to a comment."""

    text = said_field("Reply", "It is kept with the version.", "Write what you want to say.")


class NoteForm(BareForm):
    """Why a comment is done or open again."""

    note = said_field("Note", "What was done, or why it is open again. It is kept with the comment.")
