"""The fields under which a person signs, and the forms of their one-time codes and of the statement."""

from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeEmailField, SafePasswordField, SafeTextField
from accounts.forms import BareForm
from accounts.reauth import Asked


def code_field(label: str = "One-time code", help_text: str = "") -> SafeCharField:
    """Return a field for a one-time code; a browser may fill it from a message."""
    return SafeCharField(
        label=label,
        max_length=60,
        help_text=help_text or "Six digits from your authenticator, each good once. A recovery code works too.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": "Type the code that your authenticator shows."},
    )


def password_field(help_text: str = "The one you sign in with.") -> SafePasswordField:
    """Return a field for the password of the person signed in."""
    return SafePasswordField(
        label="Your password",
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password to sign."},
    )


class SigningForm(BareForm):
    """A form that ends in a signature: it asks what `reauth.asked_of` says, and is not valid before the statement.

    `fields_to_sign` are shown by `components/sign_fields.html`; `reauth.confirm` takes the cleaned data.
    """

    def __init__(self, *args: Any, asked: Asked, signs: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.signs = asked, signs
        if not signs:
            return
        if asked.identity:
            self.fields["identity"] = SafeEmailField(
                label="Your e-mail",
                widget=forms.EmailInput(attrs={"autocomplete": "username"}),
                error_messages={"required": "Type your e-mail address: the first signature of a session asks both."},
            )
        again = "The first signature of a session asks both. Later ones ask the password alone."
        alone = "You signed a moment ago, so the password alone confirms that it is you."
        self.fields["password"] = password_field(again if asked.identity else alone)
        if asked.code:
            self.fields["code"] = code_field()

    @property
    def fields_to_sign(self) -> list[forms.BoundField]:
        """The fields that identify the signer, in order."""
        return [self[name] for name in ("identity", "password", "code") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Return the data; refused as a whole while the statement about signatures is not signed."""
        if self.signs and self.asked.statement:
            self.add_error(None, "Before your first signature, sign the statement about it. Then sign here.")
        return self.cleaned_data


class PromiseForm(SigningForm):
    """The signature under the statement itself, and where to go on."""

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, asked=Asked(identity=asked.identity, code=asked.code), **kwargs)


class SignInCodeForm(BareForm):
    """The second step of signing in."""

    code = code_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class SetUpCodesForm(BareForm):
    """A first code, which shows that the authenticator has the secret, and the password."""

    code = code_field(help_text="The six digits that your authenticator shows now.")
    password = password_field()


class ConfirmCodesForm(BareForm):
    """Password and code, for changing one's own codes."""

    password = password_field()
    code = code_field()


class RemoveCodesForm(BareForm):
    """Why an administrator removes a member's codes."""

    reason = SafeTextField(
        label="How you made sure who asks for this",
        help_text="Such as: called back on the number in the staff register. It is kept in the trail.",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write how you made sure who asks for this."},
    )


class IdentityForm(BareForm):
    """How an administrator made sure who a member is."""

    how = SafeTextField(
        label="How the identity was verified",
        help_text="Such as: passport seen in person. Do not copy the number of a document.",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write how the identity was verified."},
    )
    checked_on = forms.DateField(
        label="On",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Enter the day.", "invalid": "Enter the day as year, month and day: 2026-12-01."},
    )
