"""Routes: the steps that versions pass between submit and publish, and who signs for whom while they are away."""

from django.db import models
from django.db.models import F, Q

from sop_library.domain.approval import QUORUMS, Quorum
from sop_library.domain.route import ROUTE_MEANINGS, StepPlan
from sop_library.domain.signature import TITLES, Meaning
from sop_library.querysets import DelegationQuerySet, RouteQuerySet


class Route(models.Model):
    """The steps of one organisation, for the procedures of one template or for all that have no route of their own."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="routes")
    template = models.ForeignKey("templates_app.Template", on_delete=models.PROTECT, null=True, related_name="routes")
    one_step_each = models.BooleanField(default=True, help_text="One person signs one step of a round only.")

    objects = RouteQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "template"), name="route_once_per_template"),
            models.UniqueConstraint(
                fields=("organisation",), condition=Q(template=None), name="route_one_for_all_others"
            ),
        )

    def __str__(self) -> str:
        return f"Route of {self.organisation}" + (f" for {self.template}" if self.template_id else "")


class StepTerms(models.Model):
    """How many sign a step of a route or of a round, and by when; days count from when the step begins."""

    quorum = models.CharField(max_length=4, choices=list(QUORUMS.items()), default=Quorum.ONE)
    count = models.PositiveSmallIntegerField(default=1)
    due_days = models.PositiveSmallIntegerField(null=True)
    remind_days = models.PositiveSmallIntegerField(null=True)
    escalate_days = models.PositiveSmallIntegerField(null=True)
    escalate_to = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


class RouteStep(StepTerms):
    """One step of a route."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    meaning = models.CharField(max_length=12, choices=[(meaning.value, TITLES[meaning]) for meaning in ROUTE_MEANINGS])
    own_title = models.CharField(max_length=60, blank=True)
    own_statement = models.TextField(blank=True)
    people = models.ManyToManyField("accounts.Membership", related_name="+")
    job_title = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=120, blank=True)
    is_open = models.BooleanField(default=True, help_text="The author may choose other people when submitting.")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("route", "position"), name="route_step_position_once"),)

    def __str__(self) -> str:
        return f"{self.position}. {self.plan.title}"

    @property
    def plan(self) -> StepPlan:
        """The step as rules and forms take it."""
        return StepPlan(
            meaning=Meaning(self.meaning),
            people=tuple(sorted(person.pk for person in self.people.all())),
            job_title=self.job_title,
            department=self.department,
            quorum=Quorum(self.quorum),
            count=self.count,
            own_title=self.own_title,
            own_statement=self.own_statement,
            due_days=self.due_days,
            remind_days=self.remind_days,
            escalate_days=self.escalate_days,
            escalate_to=self.escalate_to_id,
            is_open=self.is_open,
        )


class Delegation(models.Model):
    """Somebody who may approve is away and has named another approver for these days, both counted in."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="delegations")
    person = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ("-from_on", "-pk")
        constraints = (
            models.CheckConstraint(name="delegation_ends_after_it_begins", condition=Q(until_on__gte=F("from_on"))),
            models.CheckConstraint(name="delegation_to_somebody_else", condition=~Q(person=F("delegate"))),
        )

    def __str__(self) -> str:
        return f"{self.delegate} for {self.person}"
