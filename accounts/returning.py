"""Where a person goes on after a page that came in between."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def next_of(request: HttpRequest, otherwise: str = "") -> str:
    """Return the address that the form or the question `next` names, on this site only; `otherwise` when none."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=settings.HTTPS)
    return wanted if is_ours and wanted.startswith("/") and len(wanted) < 2_000 else otherwise


def with_next(path: str, wanted: str) -> str:
    """Return a path that leads on to another one afterwards."""
    return f"{path}?{urlencode({'next': wanted})}" if wanted else path
