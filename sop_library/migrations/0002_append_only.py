from django.db import migrations

from audit.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("sop_library", "0001_initial")]

    operations = [
        operation
        for table in (
            "sop_library_frozentext",
            "sop_library_signature",
            "sop_library_signoff",
            "sop_library_publication",
        )
        for operation in protect(table)
    ]
