from django.db import migrations

from egide.journal import sql

PROTECTED = ("documents_document",)
INSERT_ONLY = ("documents_document",)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        migrations.RunSQL("".join([sql.protected(table) for table in PROTECTED]) or "SELECT 1"),
        migrations.RunSQL("".join([sql.insert_only(table) for table in INSERT_ONLY]) or "SELECT 1"),
    ]
