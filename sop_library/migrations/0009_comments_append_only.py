from django.db import migrations

from audit.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("sop_library", "0008_comments")]

    operations = [
        operation for table in ("sop_library_comment", "sop_library_resolution") for operation in protect(table)
    ]
