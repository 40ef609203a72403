from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [("work", "0005_complete_file"), ("journal", "0006_health")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql.with_health(
                        "work_item", open_when="kind IN ('enrolment', 'endorsement', 'rejects', 'rights_reject')"
                    )
                )
            ],
            state_operations=[migrations.AddField("item", "health", models.BooleanField())],
        ),
    ]
