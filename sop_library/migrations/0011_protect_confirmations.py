from django.db import migrations

from audit.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("sop_library", "0010_dates")]

    operations = protect("sop_library_confirmation")
