from django.db import migrations

from egide.journal import sql

PROTECTED = (
    "contracts_enrolmentform",
    "contracts_enrolment",
    "contracts_cover",
    "contracts_aidcertificate",
    "contracts_rightsmovement",
)
INSERT_ONLY = ("contracts_aidcertificate",)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE contracts_enrolment_number START 100000001"),
        migrations.RunSQL("".join([sql.protected(table) for table in PROTECTED]) or "SELECT 1"),
        migrations.RunSQL("".join([sql.insert_only(table) for table in INSERT_ONLY]) or "SELECT 1"),
    ]
