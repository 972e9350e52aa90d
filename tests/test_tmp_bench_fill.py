import time, statistics, pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import *
from tests.sop_library import makers
from templates_app import shelf
from accounts.access import member
pytestmark = pytest.mark.django_db
def test_it(world, client_of, settings):
    src = shelf.template_files()["customer-service-standard"].read_text()
    from templates_app.texts import template_of
    t = template_of(src)
    v = makers.draft(world, values={x.name: x.example for x in t.answered}, source=src)
    c = client_of(world.ana)
    u = reverse("preview", kwargs={"organisation":"northwind","number":v.sop.number})
    body = c.get(u).content
    from sop_library import urls
    @member()
    def const(request): return HttpResponse(body)
    from django.urls import path, include
    import types, sys
    m = types.ModuleType("bench_urls"); 
    from sopsite.urls import urlpatterns
    m.urlpatterns=[path("o/<slug:organisation>/const/", const), *urlpatterns]
    sys.modules["bench_urls"]=m
    settings.ROOT_URLCONF="bench_urls"
    cu="/o/northwind/const/"
    with CaptureQueriesContext(connection) as q: c.get(u)
    print(len(body)); [print(x["sql"][:150]) for x in q]
    with CaptureQueriesContext(connection) as q: c.get(cu)
    print("const queries", len(q))
    a,b=[],[]
    for i in range(600):
        s=time.perf_counter(); c.get(cu); a.append(time.perf_counter()-s)
        s=time.perf_counter(); c.get(u); b.append(time.perf_counter()-s)
    print("const", statistics.median(a)*1e3, "preview", statistics.median(b)*1e3, "ratio", statistics.median(b)/statistics.median(a))
