"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopsite.settings")
application = get_wsgi_application()


def _warm() -> None:
    from sop_library.warming import warm_behind  # the models are there only once the application is

    warm_behind()


_warm()
