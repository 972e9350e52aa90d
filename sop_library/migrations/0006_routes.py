"""Routes with quorum, people and due days; several signatures a step; delegation.

The table of signatures is closed to changes, so it is opened for its own change and closed again at the end.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from audit import append_only

from sop_library.domain.signature import STATEMENTS, TITLES

SIGNATURES = "sop_library_signature"
QUORUMS = [("one", "One of them"), ("all", "All of them"), ("some", "A number of them")]
MEANINGS = [
    ("prepared", "Prepared"),
    ("reviewed", "Reviewed"),
    ("approved", "Approved"),
    ("released", "Released"),
    ("other", "In own words"),
    ("understood", "Read and understood"),
]


def open_signatures(_apps, editor):
    append_only.remove(editor.connection, SIGNATURES)


def close_signatures(_apps, editor):
    append_only.install(editor.connection, SIGNATURES)


def carry_over(apps, _editor):
    """Make a route of each organisation's steps, and people, title and statement of each round's."""
    Route = apps.get_model("sop_library", "Route")
    RouteStep = apps.get_model("sop_library", "RouteStep")
    for step in RouteStep.objects.order_by("organisation_id", "position"):
        route, _ = Route.objects.get_or_create(organisation_id=step.organisation_id, template=None)
        step.route = route
        step.save(update_fields=["route"])
        if step.assignee_id:
            step.people.add(step.assignee_id)
    Approval = apps.get_model("sop_library", "Approval")
    ApprovalPerson = apps.get_model("sop_library", "ApprovalPerson")
    Signature = apps.get_model("sop_library", "Signature")
    said = dict(Signature.objects.values_list("approval_id", "statement"))
    for step in Approval.objects.all():
        step.title = TITLES[step.meaning]
        step.statement = said.get(step.pk) or STATEMENTS[step.meaning]
        step.save(update_fields=["title", "statement"])
        if step.assignee_id:
            ApprovalPerson.objects.create(approval=step, person_id=step.assignee_id)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_signintries"),
        ("sop_library", "0005_newer_dismissed"),
        ("templates_app", "0004_template_retired"),
    ]

    operations = [
        migrations.RunPython(open_signatures, close_signatures),
        migrations.CreateModel(
            name="Route",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "one_step_each",
                    models.BooleanField(default=True, help_text="One person signs one step of a round only."),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="routes", to="accounts.organisation"
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routes",
                        to="templates_app.template",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "template"), name="route_once_per_template"),
                    models.UniqueConstraint(
                        condition=Q(("template", None)), fields=("organisation",), name="route_one_for_all_others"
                    ),
                ],
            },
        ),
        migrations.AddField(
            "routestep",
            "route",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="sop_library.route",
            ),
        ),
        migrations.AddField("routestep", "own_title", models.CharField(blank=True, max_length=60, default=""), False),
        migrations.AddField("routestep", "own_statement", models.TextField(blank=True, default=""), False),
        migrations.AddField(
            "routestep", "people", models.ManyToManyField(related_name="+", to="accounts.membership")
        ),
        migrations.AddField("routestep", "job_title", models.CharField(blank=True, max_length=120, default=""), False),
        migrations.AddField("routestep", "department", models.CharField(blank=True, max_length=120, default=""), False),
        migrations.AddField(
            "routestep", "quorum", models.CharField(choices=QUORUMS, default="one", max_length=4)
        ),
        migrations.AddField("routestep", "count", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("routestep", "due_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("routestep", "remind_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("routestep", "escalate_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "routestep",
            "escalate_to",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            "routestep",
            "is_open",
            models.BooleanField(default=True, help_text="The author may choose other people when submitting."),
        ),
        migrations.AlterField(
            "routestep", "meaning", models.CharField(choices=MEANINGS[1:5], max_length=12)
        ),
        migrations.AddField("approval", "title", models.CharField(default="", max_length=60), False),
        migrations.AddField("approval", "statement", models.TextField(default=""), False),
        migrations.AddField("approval", "quorum", models.CharField(choices=QUORUMS, default="one", max_length=4)),
        migrations.AddField("approval", "count", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("approval", "due_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("approval", "remind_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("approval", "escalate_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "approval",
            "escalate_to",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AlterField("approval", "meaning", models.CharField(choices=MEANINGS, max_length=12)),
        migrations.CreateModel(
            name="ApprovalPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="people", to="sop_library.approval"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.membership"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [models.UniqueConstraint(fields=("approval", "person"), name="approval_person_once")],
            },
        ),
        migrations.AddField(
            "version",
            "one_step_each",
            models.BooleanField(default=True, help_text="Of its present round: one person signs one step only."),
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "delegate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.membership"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.membership"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "ordering": ("-from_on", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("until_on__gte", F("from_on"))), name="delegation_ends_after_it_begins"
                    ),
                    models.CheckConstraint(
                        condition=Q(("person", F("delegate")), _negated=True), name="delegation_to_somebody_else"
                    ),
                ],
            },
        ),
        migrations.RunPython(carry_over),
    ]
