from django.db import migrations, models

from egide.journal import sql

OPEN = "format IN ('enrolment.sheet', 'noemie.answers', 'noemie.rights', 'pain.001', 'pain.002', 'pain.008')"
AS_ITS_FILE = f"file_id IN (SELECT id FROM exchanges_file WHERE {OPEN})"  # noqa: S608 - written here


class Migration(migrations.Migration):
    dependencies = [("exchanges", "0002_protection"), ("journal", "0006_health")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(sql.with_health("exchanges_file", open_when=OPEN))],
            state_operations=[migrations.AddField("file", "health", models.BooleanField())],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(sql.with_health("exchanges_reject", open_when=AS_ITS_FILE))],
            state_operations=[migrations.AddField("reject", "health", models.BooleanField())],
        ),
    ]
