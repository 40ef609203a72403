from django.db import migrations

from egide.journal import sql

PROTECTED = ("premiums_call", "premiums_debit")
INSERT_ONLY = ()


class Migration(migrations.Migration):
    dependencies = [("premiums", "0001_initial")]
    operations = [
        migrations.RunSQL("".join([sql.protected(table) for table in PROTECTED]) or "SELECT 1"),
        migrations.RunSQL("".join([sql.insert_only(table) for table in INSERT_ONLY]) or "SELECT 1"),
    ]
