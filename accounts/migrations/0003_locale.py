from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_signintries'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='locale',
            field=models.CharField(default='en-GB', max_length=10),
        ),
        migrations.AddField(
            model_name='organisation',
            name='region',
            field=models.CharField(blank=True, default='', max_length=2),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='organisation',
            name='currency',
            field=models.CharField(default='USD', max_length=3),
        ),
    ]
