"""The audit trail: what happened, by whom, when, chained by hash and closed to changes."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit trail"
