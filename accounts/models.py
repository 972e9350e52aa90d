"""Who signs in, the organisations they belong to, and what they do there."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.domain import locales
from accounts.domain.roles import Role, in_order, printed
from accounts.querysets import MembershipQuerySet, OrganisationQuerySet, UserManager


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. One e-mail address, stored folded, is one person."""

    email = models.CharField("e-mail", max_length=254, unique=True)
    name = models.CharField("printed name", max_length=120)
    is_active = models.BooleanField(default=True)
    # Part of every session's check: raising it ends all of the person's sessions at once, in every process.
    session_round = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def printed_name(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay signed in; it changes with the password and the round."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self):  # type: ignore[no-untyped-def]
        """Yield the same for retired secret keys."""
        from django.conf import settings

        for key in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(key)

    def _session_hash(self, secret: str | bytes | None) -> str:
        value = f"{self.password}:{self.session_round}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()


class Organisation(models.Model):
    """One company, or one part of it that runs its own procedures. Everything else belongs to one."""

    class Paper(models.TextChoices):
        A4 = "A4", "A4"
        LETTER = "Letter", "Letter"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC")
    paper = models.CharField(max_length=10, choices=Paper, default=Paper.A4)
    review_months = models.PositiveSmallIntegerField(
        "months until a review", default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    training_share = models.PositiveSmallIntegerField(
        "per cent that sign before a version begins",
        null=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="What publishing offers; empty: nobody is waited for.",
    )
    # How values are written: a tag of `domain.locales.LOCALES`. Without a region the locale's own holds.
    locale = models.CharField(max_length=10, default=locales.DEFAULT)
    region = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    codes_required = models.BooleanField("approvers and administrators must use one-time codes", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def phone_region(self) -> str:
        """The region of telephone numbers written without a country."""
        return self.region or locales.region_of(self.locale)


class Membership(models.Model):
    """A person in an organisation: job title, department and roles. Suspended, never deleted: they may have signed."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    title = models.CharField("job title", max_length=120, blank=True)
    department = models.CharField(max_length=120, blank=True)
    is_agent = models.BooleanField("agent", default=False)
    is_manager = models.BooleanField("manager", default=False)
    is_approver = models.BooleanField("approver", default=False)
    is_admin = models.BooleanField("administrator", default=False)
    suspended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "pk")
        constraints = (models.UniqueConstraint(fields=("user", "organisation"), name="accounts_membership_once"),)

    def __str__(self) -> str:
        return self.user.name

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role in Role if getattr(self, role.field))

    @property
    def roles_in_order(self) -> list[Role]:
        return in_order(self.roles)

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def printed_name(self) -> str:
        return self.user.name

    @property
    def printed_role(self) -> str:
        """The job title; where there is none, the roles."""
        return self.title or printed(self.roles)

    @property
    def name_and_role(self) -> str:
        """The person with their role, as signatures print them."""
        return f"{self.printed_name}, {self.printed_role}"

    def holds(self, *roles: Role) -> bool:
        """Return whether the member holds at least one of the roles; a suspended member holds none."""
        return not self.is_suspended and not self.roles.isdisjoint(roles)


class SignInTries(models.Model):
    """Wrong passwords of one account from one address; an empty e-mail counts all accounts from that address."""

    email = models.CharField(max_length=254)
    address = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    # When the present lock began, and how many there were one after the other: each one lasts twice as long.
    locked_at = models.DateTimeField(null=True)
    locks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("email", "address"), name="accounts_tries_once"),)
        verbose_name_plural = "sign-in tries"

    def __str__(self) -> str:
        return f"{self.email or 'any account'} from {self.address}: {self.failures}"


class Codes(models.Model):
    """A person's one-time codes (RFC 6238): the secret, encrypted, and the last time step that was used."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="codes", primary_key=True)
    secret = models.TextField(help_text="Encrypted with a key made from SECRET_KEY.")
    # Each code belongs to a step of 30 seconds. One that is not later than this was used or is too old.
    last_step = models.BigIntegerField()
    set_up_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "codes"

    def __str__(self) -> str:
        return f"One-time codes of {self.user}"


class RecoveryCode(models.Model):
    """One of the codes that stand in for a lost telephone, each good once; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "digest"), name="accounts_recovery_once"),)

    def __str__(self) -> str:
        return f"Recovery code {self.pk}"


class Promise(models.Model):
    """A member's statement that their electronic signature binds them like the handwritten one (21 CFR 11.10(j))."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="promises")
    person = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="promise")
    printed_name = models.CharField(max_length=120)
    role = models.CharField(max_length=200)
    statement = models.TextField()
    signed_at = models.DateTimeField()
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Statement of {self.printed_name}"


class IdentityCheck(models.Model):
    """How an administrator made sure who a member is, before they sign here (21 CFR 11.100(b))."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="identity_checks")
    person = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="identity_checks")
    how = models.TextField()
    checked_on = models.DateField()
    checked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-recorded_at", "-pk")

    def __str__(self) -> str:
        return f"Identity of {self.person}"


class StoppedLetter(models.Model):
    """A kind of letter that a person does not want. A row only where one was stopped; a preference, no evidence."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stopped_letters")
    kind = models.CharField(max_length=12, help_text="One of `domain.kinds.STOPPABLE`.")
    stopped_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "kind"), name="accounts_stopped_once"),)

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
