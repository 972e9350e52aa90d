"""Addresses of signing in, passwords and people."""

from django.urls import path

from accounts.views import account, letters, organisation, people, signing_in

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/code/", signing_in.sign_in_code, name="sign_in_code"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("password/", signing_in.change_password, name="change_password"),
    path("set-password/<int:person>/<str:token>/", signing_in.set_password, name="set_password"),
    path("account/", account.account, name="account"),
    path("account/codes/", account.codes_set_up, name="codes_set_up"),
    path("account/codes/recovery/", account.recovery_codes, name="recovery_codes"),
    path("account/codes/remove/", account.codes_remove, name="codes_remove"),
    path("o/<slug:organisation>/statement/", account.promise, name="promise"),
    path("letters/", letters.letters, name="letters"),
    path("letters/stop/<str:token>/", letters.stop, name="stop_letters"),
    path("letters/checkpoints/stop/<str:token>/", letters.stop_checkpoints, name="stop_checkpoints"),
    path("o/<slug:organisation>/organisation/checkpoints/", organisation.keepers, name="keepers"),
    path("o/<slug:organisation>/organisation/", organisation.organisation, name="organisation"),
    path("o/<slug:organisation>/people/", people.people, name="people"),
    path("o/<slug:organisation>/people/add/", people.person_add, name="person_add"),
    path("o/<slug:organisation>/people/<int:person>/", people.person_change, name="person_change"),
    path("o/<slug:organisation>/people/<int:person>/suspend/", people.person_suspend, name="person_suspend"),
    path("o/<slug:organisation>/people/<int:person>/restore/", people.person_restore, name="person_restore"),
    path("o/<slug:organisation>/people/<int:person>/link/", people.person_link, name="person_link"),
    path("o/<slug:organisation>/people/<int:person>/codes/", people.person_codes, name="person_codes"),
    path("o/<slug:organisation>/people/<int:person>/identity/", people.person_identity, name="person_identity"),
]
