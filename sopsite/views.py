"""Home and the two addresses that monitors ask."""

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, public, signed_in
from accounts.models import Organisation
from accounts.refusals import NotAllowed


@signed_in
@require_safe
def home(request: UserRequest) -> HttpResponse:
    """Go to the person's organisation; a choice when there are several."""
    organisations = list(Organisation.objects.visible_to(request.user))
    if not organisations:
        raise NotAllowed("Your account has no organisation at present. Ask an administrator to add or restore you.")
    if len(organisations) == 1:
        return redirect("landing", organisation=organisations[0].slug)
    return render(request, "organisations.html", {"organisations": organisations})


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database, its migrations, the storage and the fonts are there; 503 when one is not."""
    database = _database_answers()
    checks = {
        "database": database,
        "migrations": database and _migrations_are_applied(),
        "storage": os.access(settings.DATA_DIR, os.W_OK),
        "fonts": any((settings.ROOT / "static" / "fonts").glob("*.woff2")),
    }
    ready = all(checks.values())
    body = {
        "status": "ok" if ready else "not ready",
        "checks": {name: "ok" if good else "failed" for name, good in checks.items()},
    }
    return JsonResponse(body, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
