"""Close what 0006 carried over, let a step hold several signatures, and protect their table again.

A migration of its own: PostgreSQL does not alter a table in the transaction that has just changed its rows.
"""

import django.db.models.deletion
from django.db import migrations, models

from audit.append_only import protect

MEANINGS = [
    ("prepared", "Prepared"),
    ("reviewed", "Reviewed"),
    ("approved", "Approved"),
    ("released", "Released"),
    ("other", "In own words"),
    ("understood", "Read and understood"),
]


class Migration(migrations.Migration):
    dependencies = [("sop_library", "0006_routes")]

    operations = [
        migrations.RemoveConstraint("routestep", "route_position_once"),
        migrations.RemoveField("routestep", "organisation"),
        migrations.RemoveField("routestep", "assignee"),
        migrations.AlterField(
            "routestep",
            "route",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="sop_library.route"
            ),
        ),
        migrations.AddConstraint(
            "routestep",
            models.UniqueConstraint(fields=("route", "position"), name="route_step_position_once"),
        ),
        migrations.RemoveField("approval", "assignee"),
        migrations.AlterField(
            "signature",
            "approval",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="sop_library.approval"
            ),
        ),
        migrations.AddField("signature", "own_title", models.CharField(
            blank=True, default="", help_text="What a step in own words is called.", max_length=60), False),
        migrations.AddField(
            "signature",
            "stood_in_for",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            "signature", "stood_in_for_name", models.CharField(blank=True, default="", max_length=200), False
        ),
        migrations.AlterField("signature", "meaning", models.CharField(choices=MEANINGS, max_length=12)),
        migrations.AlterField("signoff", "meaning", models.CharField(choices=MEANINGS, max_length=12)),
        migrations.AddConstraint(
            "signature",
            models.UniqueConstraint(fields=("approval", "person"), name="signature_once_per_step"),
        ),
        *protect("sop_library_signature"),
    ]
