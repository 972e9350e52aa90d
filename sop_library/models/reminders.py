"""What people were reminded of, so that each reminder is sent once however often the clock is asked."""

from django.db import models


class Reminded(models.Model):
    """One reminder to one person; stored with the task that sends it. No evidence: what is due is worked out anew."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=120, help_text="What it is about, such as the step of a round.")
    on = models.DateField(help_text="The day the reminder was due.")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "what", "on"), name="reminded_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} reminded of {self.what} on {self.on}"
