"""E-mail about the safety of an account: to the person, and to the administrators who rely on it."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.domain.roles import Role
from accounts.letters import Kind
from accounts.models import Membership
from accounts.posting import post


def locked_out(members: list[Membership], *, address: str, wait: str) -> None:
    """Tell the person of these memberships, and the administrators there, that an account is locked from an address."""
    if not members:
        return
    person = members[0]
    what = f"Five wrong tries in a row were made from the address {address}. From there nobody gets in for {wait}."
    own = f"{what}\n\nIf that was not you, tell an administrator of your organisation, and change your password.\n"
    _soon([person.pk], "Your account is locked for a while", own)
    asked = Membership.objects.filter(organisation__in=[each.organisation_id for each in members]).active()
    admins = asked.holding(Role.ADMIN).exclude(user=person.user_id).order_by("pk")
    # An administrator of two of the organisations is told once.
    once = {admin.user_id: admin.pk for admin in admins}
    about = f"{what}\n\nThe account is that of {person.printed_name}. Ask whether it was them; if not, the trail tells "
    _soon(once.values(), f"{person.printed_name} is locked out", f"{about}when and from where.\n")


def link_made(member: Membership, *, by: str) -> None:
    """Tell the person that somebody holds a link to set their password."""
    text = (
        f"{by} made a link to set a new password for your account. Whoever has it can choose your password once.\n\n"
        "If you did not ask for it, tell another administrator of your organisation at once.\n"
    )
    _soon([member.pk], "A link to set your password was made", text)


def password_set(member: Membership) -> None:
    """Tell the person that their password was chosen through a link."""
    text = (
        "Your password was set through the link that an administrator made. If that was not you, somebody else can "
        "sign in as you: tell another administrator of your organisation at once.\n"
    )
    _soon([member.pk], "Your password was set", text)


def codes_removed(member: Membership, *, by: Membership, reason: str) -> None:
    """Tell the person that an administrator took their one-time codes away."""
    text = (
        f"{by.printed_name} removed the one-time codes of your account and ended your sessions. The reason given: "
        f"{reason}\n\nIf you did not ask for it, tell another administrator of your organisation at once.\n"
    )
    _soon([member.pk], "Your one-time codes were removed", text)


def _soon(people: Iterable[int], subject: str, text: str) -> None:
    wanted = list(people)
    if wanted:
        post.enqueue(Kind.SECURITY.value, wanted, subject, text, f"{subject} {timezone.now().isoformat()}")
