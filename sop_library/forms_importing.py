"""The form that brings files in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from accounts.fields import SafeCharField
from accounts.forms import bare_helper
from accounts.uploads import MOST_BYTES

MOST_FILES = 50
MOST_TEXT = 1_000_000
READABLE = (".docx", ".md", ".markdown", ".txt", ".html", ".htm", ".zip")


class ManyFilesInput(forms.FileInput):
    """A control for several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile[Any]]:
        """Return every file that was sent under the name."""
        return list(files.getlist(name)) if hasattr(files, "getlist") else []


class ManyFilesField(forms.Field):
    """Several files; what is in them is not looked at here."""

    widget = ManyFilesInput

    def clean(self, value: Any) -> list[UploadedFile[Any]]:
        """Return the files; ValidationError for more than MOST_FILES."""
        found: list[UploadedFile[Any]] = value or []
        if len(found) > MOST_FILES:
            told = f"Send at most {MOST_FILES} files at once; these are {len(found)}. A zip may hold them too."
            raise ValidationError(told, code="files")
        return found


class PastedField(forms.Field):
    """A text exactly as it was pasted: the importer says what in it cannot be read."""

    def clean(self, value: Any) -> str:
        """Return the text; ValidationError when it is too long."""
        text = value if isinstance(value, str) else ""
        if len(text) > MOST_TEXT:
            raise ValidationError(f"A text has at most {MOST_TEXT:,} characters; this has {len(text):,}.", code="long")
        return text


class BringInForm(forms.Form):
    """Files, or a pasted text with a title, or both; the form itself asks for one of the two."""

    use_required_attribute = False

    uploads = ManyFilesField(
        label="Files",
        help_text=(
            "Word (.docx), Markdown (.md), plain text (.txt), web pages (.html), or a zip of them. "
            f"Up to {MOST_FILES} files and {MOST_BYTES // 1_000_000} MB at once; 1 MB of text in each."
        ),
        widget=ManyFilesInput(attrs={"accept": ",".join(READABLE)}),
    )
    title = SafeCharField(
        label="Its title",
        required=False,
        max_length=200,
        help_text="Left empty, its first heading is taken.",
    )
    text = PastedField(
        label="Pasted text",
        help_text="From a document, a wiki page or an e-mail. Up to 1 MB.",
        widget=forms.Textarea(attrs={"rows": 8, "class": "pasted"}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, refused: list[str] | None = None) -> None:
        """`refused` names files that were left out because all together were too big."""
        super().__init__(data, files)
        self.refused = refused or []
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        """Return the data; an error when nothing was sent."""
        data = self.cleaned_data
        is_sent = data.get("uploads") or str(data.get("text", "")).strip() or self.refused
        if not (is_sent or self.errors):
            self.add_error("uploads", "Choose a file, or paste a text below.")
        return data
