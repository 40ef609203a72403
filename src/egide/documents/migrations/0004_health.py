from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_letters_as_facts"), ("journal", "0006_health")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    sql.with_health(
                        "documents_document",
                        open_when="kind <> 'statement'",
                    )
                )
            ],
            state_operations=[migrations.AddField("document", "health", models.BooleanField())],
        ),
    ]
