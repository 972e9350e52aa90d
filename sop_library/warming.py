"""Compiles the texts of the present procedures when a web process starts, behind the requests it already answers.

Otherwise the first person who looks at a value's reach after a restart waits until each of their texts is compiled.
"""

import logging
import threading
import time

from django.db import connection
from django.db.models import Q

from sop_library.domain.lifecycle import OPEN, Status
from sop_library.models import Version
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError
from templates_app.domain.rendering import prepare
from templates_app.texts import skeleton_of, template_of

log = logging.getLogger("sopsite.warming")

AT_MOST = 400  # the caches hold 512 texts; what is opened meanwhile finds room
PAUSE = 0.002  # seconds after each text: a request that waits for the child gets it


def warm_behind() -> threading.Thread:
    """Start compiling in a thread that ends with the process, and return it."""
    thread = threading.Thread(target=_warm_alone, name="warming", daemon=True)
    thread.start()
    return thread


def _warm_alone() -> None:
    try:
        warm()
    except Exception:
        log.exception("The texts could not be compiled ahead; each will be when it is first opened")
    finally:
        connection.close()


def warm() -> int:
    """Compile the texts of published and open versions, newest first, and return how many are ready; faults wait."""
    present = Version.objects.filter(Q(status__in=sorted(OPEN)) | Q(status=Status.PUBLISHED, in_force_until=None))
    ready = 0
    for source in dict.fromkeys(present.order_by("-saved_at").values_list("source", flat=True)[:AT_MOST]):
        try:
            template_of(source)
            prepare(skeleton_of(source))
            ready += 1
        except (TemplateError, ChildProblem):
            continue  # whoever opens it is told
        time.sleep(PAUSE)
    return ready
