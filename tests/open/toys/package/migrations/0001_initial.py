import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    initial = True
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Toy",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("enrolment_id", models.BigIntegerField()),
                ("name", models.TextField()),
                ("price_cents", models.BigIntegerField()),
                ("perimeter", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter")),
            ],
        ),
        migrations.RunSQL(sql.protected("toys_toy")),
    ]
