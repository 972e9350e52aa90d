"""Reads of people and organisations, each beginning with what a member may see."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import BaseUserManager
from django.db import models

from accounts.domain.roles import Role
from accounts.domain.text import folded_email

if TYPE_CHECKING:
    from accounts.models import Membership, Organisation, User  # noqa: F401 (named as text below)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, member: "Membership") -> Self:
        """Return the people of the member's organisation, suspended ones too: they may have signed."""
        return self.filter(memberships__organisation=member.organisation_id)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of this e-mail address in whatever case it is typed; User.DoesNotExist otherwise."""
        return self.get(email=folded_email(username or ""))  # type: ignore[no-any-return]

    def create_user(self, email: str, name: str, password: str | None = None, **fields: Any) -> "User":
        """Store and return a new user; without a password the account cannot be signed in to yet."""
        user: User = self.model(email=folded_email(email), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: "User") -> Self:
        """Return the organisations in which the user is an unsuspended member, by name."""
        return self.filter(memberships__user=user, memberships__suspended_at=None).order_by("name")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, member: "Membership") -> Self:
        """Return the members of the member's own organisation, with their users, by name."""
        mine = self.filter(organisation=member.organisation_id)
        return mine.select_related("user", "organisation").order_by("user__name", "pk")

    def active(self) -> Self:
        """Return the members who are not suspended."""
        return self.filter(suspended_at=None)

    def holding(self, role: Role) -> Self:
        """Return the members who hold this role."""
        return self.filter(**{role.field: True})
