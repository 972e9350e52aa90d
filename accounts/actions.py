"""What changes people and organisations. Each act is one transaction and one audit entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import alerts, codes, links
from accounts.administering import refuse_other_than_admin
from accounts.domain.locales import DEFAULT, LOCALES, currency_choices, currency_of, region_choices
from accounts.domain.roles import Role, in_order
from accounts.domain.text import folded_email
from accounts.models import Membership, Organisation, User
from accounts.refusals import BadInput, NotAllowed, WrongState
from accounts.sessions import end_sessions
from audit import trail

ORGANISATION_FACTS = (
    "name", "time_zone", "paper", "review_months", "training_share", "locale", "region", "currency", "codes_required",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Added:
    """A new member; `is_new` when the person had no account before and needs a link to set a password."""

    member: Membership
    is_new: bool


@transaction.atomic
def create_organisation(
    *,
    slug: str,
    name: str,
    time_zone: str = "UTC",
    paper: str = "A4",
    locale: str = DEFAULT,
    currency: str = "",
    by: User | None,
    at: datetime,
) -> Organisation:
    """Store and return a new organisation; without a currency it takes the one of its locale's region.

    BadInput for an unknown time zone, paper, locale or currency, WrongState for a used slug.
    """
    facts = {"name": name, "time_zone": time_zone, "paper": paper, "locale": locale}
    facts |= {"currency": currency or currency_of(locale)}
    _refuse_unknown(facts)
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(slug=slug, **facts)
    except IntegrityError:
        raise WrongState(f"There is already an organisation with the address “{slug}”. Choose another.") from None
    data = {"slug": slug, **facts}
    trail.record(
        organisation=organisation, by=by, action="organisation.created", subject=organisation, at=at, data=data
    )
    return organisation


@transaction.atomic
def change_organisation(*, facts: Mapping[str, Any], by: Membership, at: datetime) -> Organisation:
    """Set what `ORGANISATION_FACTS` names of the organisation of `by` and return it as stored.

    NotAllowed unless `by` administers it, BadInput for a fact that cannot be, and for one-time codes that become
    required by somebody who has none. Nothing changed, nothing logged.
    """
    now: Organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    refuse_other_than_admin(by, now)
    old = {name: getattr(now, name) for name in ORGANISATION_FACTS}
    new = old | {name: facts[name] for name in ORGANISATION_FACTS if name in facts}
    _refuse_unknown(new)
    if new["codes_required"] and not old["codes_required"] and not codes.has_codes(by.user):
        raise BadInput("Set up one-time codes for yourself first, then require them of others.", field="codes_required")
    if new != old:
        for name, value in new.items():
            setattr(now, name, value)
        now.save(update_fields=ORGANISATION_FACTS)
        changed = [name for name in new if new[name] != old[name]]
        data = {"old": {name: old[name] for name in changed}, "new": {name: new[name] for name in changed}}
        trail.record(organisation=now, by=by, action="organisation.changed", subject=now, at=at, data=data)
    return now


@transaction.atomic
def add_member(
    *,
    organisation: Organisation,
    email: str,
    name: str,
    roles: Iterable[Role],
    title: str = "",
    department: str = "",
    by: Membership | None,
    at: datetime,
) -> Added:
    """Add a person to the organisation and return the membership.

    Somebody who has no account yet gets one without a password. `by` is an administrator there, or None for a
    command on the server. NotAllowed for anybody else, BadInput without a role, WrongState for a member already.
    """
    refuse_other_than_admin(by, organisation)
    chosen = _some_roles(roles)
    user = User.objects.filter(email=folded_email(email)).first()
    is_new = user is None
    user = user or User.objects.create_user(email, name)
    held = {role.field: role in chosen for role in Role}
    try:
        with transaction.atomic():
            member = Membership.objects.create(
                user=user, organisation=organisation, title=title, department=department, **held
            )
    except IntegrityError:
        raise WrongState(f"{user.name} is already a member of {organisation.name}.") from None
    data = {"roles": _words(chosen), "title": title, "department": department}
    trail.record(organisation=organisation, by=by, action="member.added", subject=member, at=at, data=data)
    return Added(member=member, is_new=is_new)


@transaction.atomic
def change_roles(
    *,
    member: Membership,
    roles: Iterable[Role],
    title: str | None = None,
    department: str | None = None,
    by: Membership | None,
    at: datetime,
) -> Membership:
    """Set the member's roles, and job title and department where given; return the stored member.

    NotAllowed unless `by` administers the organisation, BadInput without a role, WrongState when nobody would be
    left to administer it. Nothing changed means nothing is logged.
    """
    now = _locked(member)
    refuse_other_than_admin(by, now.organisation)
    chosen = _some_roles(roles)
    if Role.ADMIN not in chosen:
        _refuse_losing_last_admin(now)
    before = _facts(now)
    now.title = now.title if title is None else title
    now.department = now.department if department is None else department
    for role in Role:
        setattr(now, role.field, role in chosen)
    after = _facts(now)
    if after != before:
        now.save(update_fields=["title", "department", *(role.field for role in Role)])
        _log(now, "member.changed", by, at, {"old": before, "new": after})
    return now


@transaction.atomic
def suspend_member(*, member: Membership, by: Membership | None, at: datetime) -> Membership:
    """Close the organisation to the member, end their sessions and return the stored member.

    NotAllowed unless `by` administers the organisation; WrongState for one already suspended, for oneself and for
    the last administrator.
    """
    now = _locked(member)
    refuse_other_than_admin(by, now.organisation)
    if now.is_suspended:
        raise WrongState(f"{now.printed_name} is already suspended.")
    if by is not None and by.pk == now.pk:
        raise WrongState("You cannot suspend yourself. Ask another administrator.")
    _refuse_losing_last_admin(now)
    now.suspended_at = at
    now.save(update_fields=["suspended_at"])
    end_sessions(now.user)
    _log(now, "member.suspended", by, at, {})
    return now


@transaction.atomic
def restore_member(*, member: Membership, by: Membership | None, at: datetime) -> Membership:
    """Open the organisation to a suspended member again; return the stored member.

    NotAllowed unless `by` administers the organisation, WrongState for a member who is not suspended.
    """
    now = _locked(member)
    refuse_other_than_admin(by, now.organisation)
    if not now.is_suspended:
        raise WrongState(f"{now.printed_name} is not suspended.")
    now.suspended_at = None
    now.save(update_fields=["suspended_at"])
    _log(now, "member.restored", by, at, {})
    return now


@transaction.atomic
def change_password(*, user: User, password: str, by: User | None, at: datetime, link: bool = False) -> User:
    """Store a new password, end all sessions of the person and return the stored user.

    `link` when it was chosen through a link that an administrator made: that is on the record, and the person is told.
    One-time codes stay. NotAllowed when `by` is somebody else; BadInput with the reasons when the password is weak.
    Every organisation the person belongs to gets the entry: each relies on the signatures this password makes.
    """
    if by is not None and by.pk != user.pk:
        raise NotAllowed("Only the person themselves can choose their password.")
    now: User = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    try:
        validate_password(password, now)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from None
    now.set_password(password)
    now.session_round += 1
    now.save(update_fields=["password", "session_round"])
    for member in now.memberships.select_related("organisation", "user").order_by("organisation_id"):
        _log(member, "member.password_changed", member if by else None, at, {"through": "link"} if link else {})
        if link:
            alerts.password_set(member)
    return now


@transaction.atomic
def make_link(*, member: Membership, by: Membership | None, at: datetime) -> str:
    """Return a path at which the member sets a password. With it one could sign as them, so it is on the record.

    NotAllowed unless `by` administers the organisation; WrongState for somebody suspended, and for somebody another
    organisation relies on too.
    """
    now = _locked(member)
    refuse_other_than_admin(by, now.organisation)
    if not links.may_be_made_for(now):
        raise WrongState(f"{now} is suspended or also belongs to another organisation, so no link can be made here.")
    _log(now, "member.link_made", by, at, {})
    alerts.link_made(now, by=by.printed_name if by else "The server's operator")
    return links.path_for(now.user)


def _refuse_unknown(facts: Mapping[str, Any]) -> None:
    """Raise BadInput for the first fact of an organisation that is not one there is."""
    if facts["time_zone"] not in available_timezones():
        raise BadInput(f"“{facts['time_zone']}” is not a time zone. Write one such as Europe/Lisbon.")
    if facts["paper"] not in Organisation.Paper.values:
        raise BadInput("Paper is A4 or Letter.")
    if facts["locale"] not in LOCALES:
        raise BadInput(f"“{facts['locale']}” is not among the locales. Write one of {', '.join(LOCALES)}.")
    if facts["currency"] not in dict(currency_choices()):
        raise BadInput(f"“{facts['currency']}” is not a currency in use. Write its code, such as EUR.")
    if facts.get("region") and facts["region"] not in dict(region_choices()):
        raise BadInput(f"“{facts['region']}” is not a region. Write its code, such as GB.")


def _locked(member: Membership) -> Membership:
    """Return the stored member; the organisation's row is locked so that two administrators take turns."""
    # no_key: PostgreSQL lets others go on writing rows that only refer to the organisation; without it two writers
    # who also wait for each other's audit entry would deadlock.
    Organisation.objects.select_for_update(no_key=True).get(pk=member.organisation_id)
    return Membership.objects.select_related("user", "organisation").get(pk=member.pk)


def _refuse_losing_last_admin(member: Membership) -> None:
    if not member.holds(Role.ADMIN):
        return
    others = Membership.objects.filter(organisation=member.organisation_id).exclude(pk=member.pk)
    if not others.active().holding(Role.ADMIN).exists():
        raise WrongState(
            f"{member.printed_name} is the only administrator of {member.organisation.name}. Make another one first."
        )


def _some_roles(roles: Iterable[Role]) -> frozenset[Role]:
    chosen = frozenset(roles)
    if not chosen:
        raise BadInput("Choose at least one role.")
    return chosen


def _facts(member: Membership) -> dict[str, object]:
    return {"roles": _words(member.roles), "title": member.title, "department": member.department}


def _words(roles: Iterable[Role]) -> list[str]:
    return [role.value for role in in_order(roles)]


def _log(member: Membership, action: str, by: Membership | None, at: datetime, data: dict[str, object]) -> None:
    trail.record(organisation=member.organisation, by=by, action=action, subject=member, at=at, data=data)
