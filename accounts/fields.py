"""Form fields that refuse characters which cannot be stored, printed or read. Every form uses these for text."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.domain import text

_SENTENCES: dict[str, Any] = {
    "required": "Fill in this field.",
    "max_length": "Shorten this to %(limit_value)d characters; it has %(show_value)d.",
    "min_length": "Write at least %(limit_value)d characters; there are %(show_value)d.",
    "null_characters_not_allowed": "A character here cannot be stored. Type the text again.",
}
MOST_SHORT = 500
MOST_LONG = 20_000


class SafeCharField(forms.CharField):
    """One line of text, in NFC; text of invisible characters only counts as empty."""

    many_lines = False
    most = MOST_SHORT
    default_error_messages: ClassVar[dict[str, Any]] = _SENTENCES

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", self.most)
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        """Name the field that was left empty: the summary of a page shows the sentence alone."""
        plain = self.error_messages["required"] == _SENTENCES["required"]
        if self.required and self.label and plain and value in self.empty_values:
            raise ValidationError(f"{self.label}: fill in this field.", code="required")
        super().validate(value)

    def to_python(self, value: Any) -> str | None:
        """Return the text to store; ValidationError with a sentence for characters that are refused."""
        if not isinstance(value, str) and value not in self.empty_values:
            raise ValidationError("Write this as text.", code="text")
        given = super().to_python(value)
        if not given:
            return given
        if self.max_length is not None and len(given) > self.max_length:
            # Django's own validator says so after this; looking at each character first would cost time.
            return given
        fault = text.fault(given, many_lines=self.many_lines)
        if fault:
            raise ValidationError(fault, code="characters")
        return "" if text.is_blank(given) else text.normal(given)


class SafeTextField(SafeCharField):
    """Several lines of text; line ends are stored as newlines."""

    widget = forms.Textarea
    many_lines = True
    most = MOST_LONG

    def to_python(self, value: Any) -> str | None:
        """Return the text with plain newlines."""
        given = super().to_python(value)
        return given.replace("\r\n", "\n").replace("\r", "\n") if given else given


class SafeEmailField(SafeCharField):
    """An e-mail address, folded: one spelling for one address."""

    widget = forms.EmailInput
    most = 254

    def to_python(self, value: Any) -> str | None:
        """Return the folded address; ValidationError when it is not an address."""
        given = super().to_python(value)
        if not given or (self.max_length is not None and len(given) > self.max_length):
            return given
        folded = text.folded_email(given)
        try:
            validate_email(folded)
        except ValidationError:
            raise ValidationError("Write an e-mail address such as ana@example.org.", code="email") from None
        return folded


class SafeChoiceField(forms.ChoiceField):
    """One of several offered answers; what is not among them is told without repeating it."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": "Choose one of those listed.",
        "invalid_choice": "Choose one of those listed.",
    }


class SafePasswordField(forms.CharField):
    """A password exactly as typed: no stripping, no change of form; only what cannot be hashed is refused."""

    widget = forms.PasswordInput
    default_error_messages: ClassVar[dict[str, Any]] = {**_SENTENCES, "required": "Type your password."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 256)
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str | None:
        """Return the password; ValidationError for half of a surrogate pair."""
        given = super().to_python(value)
        if given and any("\ud800" <= character <= "\udfff" for character in given):
            raise ValidationError("A character of the password cannot be used. Type it again.", code="characters")
        return given


class SafeIntegerField(forms.IntegerField):
    """A whole number between two limits; long rows of digits are refused before they are read as a number."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": "Fill in this field.",
        "invalid": "Write a whole number, such as 3.",
        "min_value": "The smallest number here is %(limit_value)s.",
        "max_value": "The largest number here is %(limit_value)s.",
    }

    def __init__(self, *, min_value: int = -(2**31), max_value: int = 2**31 - 1, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_python(self, value: Any) -> int | None:
        """Return the number; ValidationError with a sentence otherwise."""
        if isinstance(value, str) and len(value) > 20:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
