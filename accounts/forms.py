"""The forms of signing in, passwords and people."""

from typing import Any, cast
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.domain.locales import currency_choices, locale_choices, region_choices
from accounts.domain.roles import Role
from accounts.domain.text import folded_email
from accounts.fields import SafeCharField, SafeChoiceField, SafeEmailField, SafeIntegerField, SafePasswordField
from accounts.models import Membership, Organisation, User


def bare_helper() -> FormHelper:
    """Return the helper of a form whose form tag, token and buttons are written in the page."""
    helper: FormHelper = FormHelper()  # type: ignore[no-untyped-call]
    helper.form_tag = False
    helper.disable_csrf = True
    cast(Any, helper).summary_above = True  # every page shows what is wrong once, above its form
    return helper


class BareForm(forms.Form):
    """A form whose tag, token and buttons are written in the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class SignInForm(AuthenticationForm):
    """E-mail and password. The answer is the same for a wrong password and for nobody of that address."""

    username = SafeCharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = SafePasswordField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {  # noqa: RUF012 (an instance variable of the base class)
        "invalid_login": "The e-mail address and the password do not belong together. Check both.",
        "inactive": "This account is closed. Ask an administrator of your organisation.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.helper = bare_helper()

    def clean_username(self) -> str:
        """Return the folded address: other spellings of it count as the same account for the limit of tries."""
        return folded_email(self.cleaned_data["username"])


class _NewPassword(forms.Form):
    """Two fields for a new password, checked against the rules for this person."""

    new_password = SafePasswordField(
        label="New password",
        help_text="At least 12 characters, 15 for administrators. Several words are easy to remember.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a new password."},
    )
    repeat_password = SafePasswordField(
        label="New password again",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Type the new password a second time."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = bare_helper()

    def clean_new_password(self) -> str:
        """Return the password; ValidationError with the rules it breaks."""
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Return the data; the repeat gets an error when the two differ."""
        data = self.cleaned_data
        first, second = data.get("new_password"), data.get("repeat_password")
        if first and second and first != second:
            self.add_error("repeat_password", "The two passwords differ. Type the second one again.")
        return data


class SetPasswordForm(_NewPassword):
    """A first password, chosen through a link."""


class ChangePasswordForm(_NewPassword):
    """A new password; the present one is asked again."""

    password = SafePasswordField(
        label="Present password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    field_order = ("password", "new_password", "repeat_password")


class _RolesForm(BareForm):
    title = SafeCharField(label="Job title", max_length=120, required=False, help_text="Printed under signatures.")
    department = SafeCharField(label="Department", max_length=120, required=False)
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(role.value, role.label) for role in Role],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role.", "invalid_choice": "Choose from the roles listed."},
    )

    def clean_roles(self) -> list[Role]:
        """Return the chosen roles."""
        return [Role(value) for value in self.cleaned_data["roles"]]


class AddPersonForm(_RolesForm):
    """A person to add: e-mail, printed name, job title, department, roles."""

    email = SafeEmailField(label="E-mail", help_text="They sign in with it.")
    name = SafeCharField(label="Name", max_length=120, help_text="As it is printed under signatures.")
    field_order = ("email", "name", "title", "department", "roles")


class ChangePersonForm(_RolesForm):
    """What an administrator changes of a member."""

    @classmethod
    def of(cls, member: Membership) -> "ChangePersonForm":
        """Return the form filled with what is stored."""
        roles = [role.value for role in member.roles_in_order]
        return cls(initial={"title": member.title, "department": member.department, "roles": roles})


class OrganisationForm(BareForm):
    """What an administrator sets for the whole organisation."""

    name = SafeCharField(label="Name", max_length=120, help_text="As it stands on pages and documents from now on.")
    time_zone = SafeChoiceField(
        label="Time zone", choices=lambda: [(zone, zone) for zone in sorted(available_timezones())]
    )
    paper = SafeChoiceField(label="Paper of PDFs", choices=Organisation.Paper.choices, widget=forms.RadioSelect)
    review_months = SafeIntegerField(
        label="Months until a review", min_value=1, max_value=60, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    training_share = SafeIntegerField(
        label="Per cent who sign before a version begins",
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="Publishing a version that everyone signs offers this share. Empty: nobody is waited for.",
    )
    locale = SafeChoiceField(
        label="Locale",
        choices=locale_choices,
        help_text="How numbers, money, dates and lists are written. These pages stay English.",
    )
    region = SafeChoiceField(
        label="Region of telephone numbers",
        choices=lambda: [("", "As the locale"), *region_choices()],
        required=False,
        help_text="Numbers without a country belong there.",
    )
    currency = SafeChoiceField(
        label="Currency", choices=currency_choices, help_text="Of amounts for which a template names none."
    )
    codes_required = forms.BooleanField(
        label="Approvers and administrators must use one-time codes",
        required=False,
        help_text="Those without are led to set them up before anything else here. Agents are not asked.",
    )


def wrong_password(form: forms.Form, sentence: str) -> None:
    """Put a refused password's sentence beside the password field."""
    form.add_error("password", ValidationError(sentence, code="wrong_password"))
