"""All addresses. Each view is declared with `accounts.access`; `sopsite.checks` refuses one that is not."""

from django.urls import URLPattern, URLResolver, include, path

from sopsite import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("o/<slug:organisation>/", include("sop_library.urls")),
]

handler400 = "sopsite.refusals.bad_request"
handler403 = "sopsite.refusals.permission_denied"
handler404 = "sopsite.refusals.not_found"
handler500 = "sopsite.refusals.server_error"
