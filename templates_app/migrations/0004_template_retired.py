from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('templates_app', '0003_imported_files'),
    ]

    operations = [
        migrations.AddField(
            model_name='template',
            name='retired_at',
            field=models.DateTimeField(help_text='Since then no procedure can be made from it; those made before stay as they are.', null=True),
        ),
    ]
