"""Background tasks whose worker died on the way: taken up again at the next start, a few times, then shown as failed.

The worker of django-tasks marks a task as running before it runs it; killed in between, nobody would ever end it.
"""

import logging

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

log = logging.getLogger("sopsite.unfinished")

TRIES = 3
STOPPED_ITS_WORKER = f"The worker died {TRIES} times while it did this, so it was given up."


@transaction.atomic
def take_up_again() -> int:
    """Set the tasks that were left running to be done again and return how many; call it while no worker runs.

    A task that was begun as often as `TRIES` says is marked as failed instead: it may be what kills the worker.
    """
    again = 0
    for task in DBTaskResult.objects.select_for_update().filter(status="RUNNING"):
        if len(task.worker_ids) >= TRIES:
            task.status, task.finished_at, task.traceback = "FAILED", timezone.now(), STOPPED_ITS_WORKER
            log.error("Task %s was given up: %s", task.task_path, STOPPED_ITS_WORKER, extra={"event": "task"})
        else:
            task.status, again = "READY", again + 1
        task.save(update_fields=["status", "finished_at", "traceback"])
    return again
