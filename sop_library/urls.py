"""Pages of an organisation's procedures, below /o/<organisation>/."""

from django.urls import path

from sop_library import converters
from sop_library.views import (
    approving,
    comparing,
    drafting,
    evidence,
    library,
    publishing,
    reading,
    settings,
    trail,
    training,
)

__all__ = ["converters", "urlpatterns"]

SOP = "sops/<str:number>/"

urlpatterns = [
    path("", reading.landing, name="landing"),
    path("work/", library.work, name="work"),
    path("sops/", library.procedures, name="procedures"),
    path("templates/", library.templates, name="templates"),
    path("templates/<slug:slug>/", library.template, name="template"),
    path("templates/<slug:slug>/use/", drafting.use_template, name="use_template"),
    path("packs/<slug:slug>/", library.pack, name="pack"),
    path("packs/<slug:slug>/adopt/", drafting.adopt_pack, name="adopt_pack"),
    path(SOP, reading.in_force, name="sop"),
    path(SOP + "record/", library.record, name="record"),
    path(SOP + "compare/", comparing.compare, name="compare"),
    path(SOP + "compare/pdf/", comparing.compare_pdf, name="compare_pdf"),
    path(SOP + "landing/", publishing.landing, name="choose_landing"),
    path(SOP + "revise/", drafting.revise, name="revise"),
    path(SOP + "draft/", drafting.fill, name="fill"),
    path(SOP + "draft/preview/", drafting.preview, name="preview"),
    path(SOP + "draft/text/", drafting.text, name="text"),
    path(SOP + "draft/check/", drafting.check, name="check"),
    path(SOP + "draft/submit/", approving.submit, name="submit"),
    path(SOP + "review/", approving.review, name="review"),
    path(SOP + "review/sign/", approving.sign, name="sign"),
    path(SOP + "review/return/", approving.return_version, name="return"),
    path(SOP + "publish/", publishing.publish, name="publish"),
    path(SOP + "sign-offs/", training.people, name="sign_offs"),
    path(SOP + "<version:version>/", reading.version, name="version"),
    path(SOP + "<version:version>/pdf/", reading.pdf, name="pdf"),
    path(SOP + "<version:version>/pdf/as-published/", reading.pdf_as_published, name="pdf_as_published"),
    path(SOP + "<version:version>/sign-off/", training.sign_off, name="sign_off"),
    path(SOP + "<version:version>/withdraw/", publishing.withdraw, name="withdraw"),
    path("signatures/<int:pk>/", approving.receipt, name="receipt"),
    path("values/", settings.values, name="values"),
    path("route/", settings.route, name="route"),
    path("trail/", trail.trail, name="trail"),
    path("trail.csv", trail.trail_csv, name="trail_csv"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("checkpoints.txt", evidence.checkpoints, name="checkpoints"),
]
