from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_protection"), ("journal", "0006_health")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql.with_health(
                        "documents_document",
                        open_when="kind IN ('enrolment_form', 'missing_papers', 'papers', 'schedule')",
                    )
                )
            ],
            state_operations=[migrations.AddField("document", "health", models.BooleanField())],
        ),
    ]
