"""Links by which a new person chooses a password: good once, for three days, void after a suspension."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from accounts.models import Membership, User


class _FirstPassword(PasswordResetTokenGenerator):
    key_salt = "accounts.links.first_password"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.session_round}"


_tokens = _FirstPassword()


def path_for(user: User) -> str:
    """Return the path, with its secret, at which this person sets a password."""
    return reverse("set_password", kwargs={"person": user.pk, "token": _tokens.make_token(user)})


def person_of(person: int, token: str) -> User | None:
    """Return the person whose link this is, or None for a link that is used, too old, void or made up."""
    user = User.objects.filter(pk=person, is_active=True).first()
    return user if user is not None and _tokens.check_token(user, token) else None


def may_be_made_for(member: Membership) -> bool:
    """Return whether this organisation may hand out a link for the person.

    Only where nobody else relies on the account: with a link an administrator could sign in as the person in another
    organisation too.
    """
    user = member.user
    alone = not user.memberships.exclude(organisation=member.organisation_id).exists()
    return alone and user.is_active and not member.is_suspended
