"""The form under the reach of changed values: the size of each change, and the manager's signature."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.fields import SafeChoiceField
from accounts.forms_signing import SigningForm
from accounts.reauth import Asked
from sop_library.domain.numbering import CHANGE_SIZES, ChangeSize
from sop_library.reach import Change, Reach


def size_name(variable: str) -> str:
    """Return the name of the select for the size of one change."""
    return f"size-{variable}"


def sizes_in(data: Any, names: list[str]) -> dict[str, ChangeSize]:
    """Return the sizes chosen for these variables; what is no size counts as not chosen, the form says so."""
    sent = {name: str(data.get(size_name(name), "")) for name in names}
    return {name: ChangeSize(size) for name, size in sent.items() if size in {each.value for each in ChangeSize}}


class ReachForm(SigningForm):
    """Sizes by variable; what identifies the signer only where an editorial note is to be signed."""

    def __init__(self, data: Any = None, *, reach: Reach, sizes: Mapping[str, ChangeSize], asked: Asked) -> None:
        initial = {size_name(name): size.value for name, size in sizes.items()}
        super().__init__(data, initial=initial, asked=asked, signs=bool(reach.notes))
        for change in reach.changes:
            if change.numbers:
                self.fields[size_name(change.variable.name)] = _size_field(change)

    @property
    def sizes(self) -> dict[str, forms.BoundField]:
        """The selects by variable name."""
        return {name.removeprefix("size-"): self[name] for name in self.fields if name.startswith("size-")}


def _size_field(change: Change) -> SafeChoiceField:
    """Return the select for a change's size: what the templates say, or more."""
    as_declared = CHANGE_SIZES[change.declared]
    larger = [(size.value, f"Raise it to {size.value}") for size in change.sizes]
    field = SafeChoiceField(
        label=f"Size of the change of {change.variable.label}",
        required=False,
        initial=change.declared.value,
        choices=[(change.declared.value, f"As the templates say. {as_declared}"), *larger],
        error_messages={"invalid_choice": "Choose one of the sizes listed."},
    )
    field.needed = True  # type: ignore[attr-defined] # what the templates say is an answer, not an option
    return field
