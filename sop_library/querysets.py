"""Reading SOPs and their evidence: every read starts at `visible_to`, and reads as a sentence."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sop_library.domain.lifecycle import OPEN, Status
from sop_library.domain.numbering import ChangeSize, Number
from templates_app.models import TemplateVersion

if TYPE_CHECKING:
    from accounts.models import Membership
    from sop_library.models import (
        SOP,
        Approval,
        Confirmation,
        Delegation,
        FrozenText,
        Publication,
        Rollout,
        RolloutItem,
        Route,
        Signature,
        SignOff,
        Version,
    )

    ApprovalRows = QuerySet[Approval]
    ConfirmationRows = QuerySet[Confirmation]
    DelegationRows = QuerySet[Delegation]
    FrozenTextRows = QuerySet[FrozenText]
    PublicationRows = QuerySet[Publication]
    RolloutRows = QuerySet[Rollout]
    RolloutItemRows = QuerySet[RolloutItem]
    RouteRows = QuerySet[Route]
    SignatureRows = QuerySet[Signature]
    SignOffRows = QuerySet[SignOff]
    SOPRows = QuerySet[SOP]
    VersionRows = QuerySet[Version]
else:
    ApprovalRows = FrozenTextRows = PublicationRows = RouteRows = SignatureRows = SignOffRows = SOPRows = (
        VersionRows
    ) = ConfirmationRows = RolloutRows = RolloutItemRows = DelegationRows = QuerySet

_ISSUED = (Status.PUBLISHED, Status.WITHDRAWN)


def sees_work(member: Membership) -> bool:
    """Return whether a member sees texts that are not published: everyone but those who are only agents."""
    return member.is_manager or member.is_approver or member.is_admin


class RouteQuerySet(RouteRows):
    def visible_to(self, member: Membership) -> RouteQuerySet:
        """Return the routes of the member's organisation; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()


class DelegationQuerySet(DelegationRows):
    def visible_to(self, member: Membership) -> DelegationQuerySet:
        """Return the delegations of the member's organisation; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()

    def concerning(self, member: Membership) -> DelegationQuerySet:
        """Return the delegations of or to the member; for an administrator those of the whole organisation."""
        rows = self.visible_to(member)
        return rows if member.is_admin else rows.filter(Q(person=member) | Q(delegate=member))

    def on(self, day: date) -> DelegationQuerySet:
        """Return those in force on a day between two people who may both sign: approvers who are not suspended."""
        both = {f"{who}__{column}": value for who in ("person", "delegate")
                for column, value in (("is_approver", True), ("suspended_at", None))}  # fmt: skip
        return self.filter(from_on__lte=day, until_on__gte=day, ended_at=None, **both)


class SOPQuerySet(SOPRows):
    def visible_to(self, member: Membership) -> SOPQuerySet:
        """Return the organisation's SOPs; an agent sees those that have been published at least once."""
        rows = self.filter(organisation_id=member.organisation_id)
        if sees_work(member):
            return rows
        return rows.filter(versions__status__in=_ISSUED).distinct()

    def with_versions(self, member: Membership) -> SOPQuerySet:
        """Return the SOPs with the versions the member may see as `all_versions`, newest first, without their texts."""
        from sop_library.models import Version

        light = Version.objects.visible_to(member).light().with_dates().newest_first()
        return self.prefetch_related(Prefetch("versions", queryset=light, to_attr="all_versions"))


class VersionQuerySet(VersionRows):
    def visible_to(self, member: Membership) -> VersionQuerySet:
        """Return the organisation's versions; an agent sees published and withdrawn ones only."""
        rows = self.filter(organisation_id=member.organisation_id)
        return rows if sees_work(member) else rows.filter(status__in=_ISSUED)

    def light(self) -> VersionQuerySet:
        """Return versions without their texts, for lists."""
        return self.defer("source", "values")

    def numbered(self, number: Number) -> VersionQuerySet:
        """Return the version with this number."""
        return self.filter(major=number.major, minor=number.minor)

    def open(self) -> VersionQuerySet:
        """Return the versions that are being worked on: draft, in review, approved."""
        return self.filter(status__in=sorted(OPEN))

    def issued(self) -> VersionQuerySet:
        """Return the versions that readers may have met: published and withdrawn."""
        return self.filter(status__in=_ISSUED)

    def in_force(self, at: datetime) -> VersionQuerySet:
        """Return the versions in force at a moment, from their dates alone; at most one for each SOP."""
        return self.filter(status__in=_ISSUED, in_force_from__lte=at).filter(
            Q(in_force_until=None) | Q(in_force_until__gt=at)
        )

    def scheduled(self, at: datetime) -> VersionQuerySet:
        """Return the published versions that are not yet in force."""
        return self.filter(status=Status.PUBLISHED, in_force_from__gt=at)

    def in_training(self, at: datetime) -> VersionQuerySet:
        """Return the published versions that begin when enough people have signed, and have not been overtaken."""
        rows = self.filter(status=Status.PUBLISHED, in_force_from=None)
        return rows.filter(Q(in_force_until=None) | Q(in_force_until__gt=at))

    def asked_ahead(self, at: datetime) -> VersionQuerySet:
        """Return the versions not yet in force whose sign-off is owed already: in training, or dated after it."""
        rows = self.filter(status=Status.PUBLISHED, training_share__isnull=False)
        rows = rows.filter(Q(in_force_from=None) | Q(in_force_from__gt=at))
        return rows.filter(Q(in_force_until=None) | Q(in_force_until__gt=at))

    def with_review(self) -> Self:
        """Return versions with `next_review_on`, the review that counts: as confirmed last, else as approved.

        `confirmed_at` and `confirmed_by` tell who confirmed it; None when nobody did.
        """
        from sop_library.models import Confirmation

        last = Confirmation.objects.filter(version=OuterRef("pk")).order_by("-turn")
        return self.annotate(
            next_review_on=Coalesce(Subquery(last.values("next_review_on")[:1]), F("review_on")),
            confirmed_at=Subquery(last.values("signed_at")[:1]),
            confirmed_by=Subquery(last.values("printed_name")[:1]),
        )

    def with_dates(self) -> Self:
        """Return versions `with_review`, and with `published_at`: what pages tell about their dates."""
        return self.with_review().annotate(published_at=F("publication__published_at"))

    def newest_first(self) -> Self:
        """Return the versions with the highest number first."""
        return self.order_by("-major", "-minor")

    def beside_template(self) -> Self:
        """Return versions with `template_number` and `newest_template_number`: where they come from, what is there now.

        Both are None for a text that comes from no template.
        """
        same = TemplateVersion.objects.published().newest_first()
        newest = same.filter(template=OuterRef("template_version__template")).values("number")[:1]
        return self.annotate(template_number=F("template_version__number"), newest_template_number=Subquery(newest))

    def behind_template(self) -> Self:
        """Return the drafts and newest published versions that could take a newer version of the template.

        A version of the template that was put off counts again once there is a newer one.
        """
        from sop_library.models import Version

        is_later = Q(major__gt=OuterRef("major")) | Q(major=OuterRef("major"), minor__gt=OuterRef("minor"))
        later = Version.objects.filter(is_later, sop=OuterRef("sop"))
        rows = self.filter(status__in=(Status.DRAFT, Status.PUBLISHED)).exclude(Exists(later)).beside_template()
        return rows.filter(newest_template_number__gt=F("template_number")).filter(
            newest_template_number__gt=F("sop__put_off")
        )


class ApprovalQuerySet(ApprovalRows):
    def visible_to(self, member: Membership) -> ApprovalQuerySet:
        """Return the steps of the organisation's versions; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()

    def of_round(self, version: Version) -> ApprovalQuerySet:
        """Return the steps of the version's present round in order, with their people and signatures."""
        return self.filter(version=version, round=version.round).whole()

    def of_open_rounds(self) -> ApprovalQuerySet:
        """Return the steps of every version in review, with their people and signatures."""
        rows = self.filter(version__status=Status.IN_REVIEW, round=F("version__round"))
        return rows.order_by("version_id", "position").whole()

    def whole(self) -> ApprovalQuerySet:
        """Return the steps with their people and signatures."""
        from sop_library.models import ApprovalPerson

        people = ApprovalPerson.objects.select_related("person__user")
        return self.prefetch_related(Prefetch("people", queryset=people), "signatures")


class FrozenTextQuerySet(FrozenTextRows):
    def visible_to(self, member: Membership) -> FrozenTextQuerySet:
        """Return the organisation's frozen texts; agents read what was published instead."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()


class SignatureQuerySet(SignatureRows):
    def visible_to(self, member: Membership) -> SignatureQuerySet:
        """Return the organisation's signatures; agents see none beyond those printed in the document."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()


class SignOffQuerySet(SignOffRows):
    def visible_to(self, member: Membership) -> SignOffQuerySet:
        """Return the organisation's sign-offs; an agent sees their own."""
        rows = self.filter(organisation_id=member.organisation_id)
        return rows if sees_work(member) else rows.filter(person=member)


class ConfirmationQuerySet(ConfirmationRows):
    def visible_to(self, member: Membership) -> ConfirmationQuerySet:
        """Return the organisation's confirmations of reviews; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()


class PublicationQuerySet(PublicationRows):
    def visible_to(self, member: Membership) -> PublicationQuerySet:
        """Return what the member's organisation has published."""
        return self.filter(organisation_id=member.organisation_id)


class RolloutQuerySet(RolloutRows):
    def visible_to(self, member: Membership) -> RolloutQuerySet:
        """Return what the organisation's changes of values have set going; for managers and admins."""
        may_read = member.is_manager or member.is_admin
        return self.filter(organisation_id=member.organisation_id) if may_read else self.none()

    def with_progress(self) -> RolloutQuerySet:
        """Return the rows with how many procedures each has, and how many wait, failed or are left for later."""
        counted = {name: Count("items", filter=Q(items__state=name)) for name in ("waiting", "failed", "later")}
        return self.annotate(total=Count("items"), **counted)


class RolloutItemQuerySet(RolloutItemRows):
    def visible_to(self, member: Membership) -> RolloutItemQuerySet:
        """Return the procedures in the organisation's changes of values; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()

    def waiting(self) -> RolloutItemQuerySet:
        """Return the procedures that the worker has still to come to."""
        return self.filter(state="waiting")


def published_numbers(rows: VersionQuerySet) -> list[tuple[Number, ChangeSize]]:
    """Return number and change size of each version, as the training rule takes them."""
    return [
        (Number(major, minor), ChangeSize(size))
        for major, minor, size in rows.values_list("major", "minor", "change_size")
    ]
