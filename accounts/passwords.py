"""Rules for passwords beside Django's own: length for administrators, no names of the organisation. security.md R4."""

import re

from django.core.exceptions import ValidationError

from accounts.models import User

ADMIN_LENGTH = 15


class LongEnoughForAdministrators:
    """Asks 15 characters of people who administer an organisation."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for an administrator's password of fewer than 15 characters."""
        if user is None or user.pk is None or len(password) >= ADMIN_LENGTH:
            return
        if user.memberships.filter(is_admin=True).exists():
            raise ValidationError(f"An administrator's password has at least {ADMIN_LENGTH} characters.", code="short")

    def get_help_text(self) -> str:
        return f"At least {ADMIN_LENGTH} characters for an administrator."


class WithoutOrganisationName:
    """Refuses a password that is little more than the name of the person's organisation."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when, without the organisation's words, fewer than 8 characters are left."""
        if user is None or user.pk is None:
            return
        left = password.casefold()
        for name in user.memberships.values_list("organisation__name", flat=True):
            for word in re.findall(r"\w{4,}", name.casefold()):
                left = left.replace(word, "")
        if left != password.casefold() and len(left) < 8:
            raise ValidationError("The password is mostly the name of your organisation. Choose another.", code="name")

    def get_help_text(self) -> str:
        return "Not the name of your organisation."
