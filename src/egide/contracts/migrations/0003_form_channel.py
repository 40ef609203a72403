from django.db import migrations, models

RECEIVED_ON = """
-- A received form was dated on the day it was recorded: it is dated on the day it reached the centre.
UPDATE documents_document d SET made_on = f.received_on
FROM contracts_enrolmentform f
WHERE d.received AND d.kind = 'enrolment_form' AND d.subject_kind = 'form' AND d.subject_id = f.id
  AND d.made_on <> f.received_on;
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_protection"), ("documents", "0002_protection")]
    operations = [
        migrations.AddField("enrolmentform", "channel", models.TextField(default="mail", db_default="mail")),
        migrations.AddConstraint(
            "enrolmentform",
            models.CheckConstraint(
                condition=models.Q(channel__in=("mail", "email", "counter", "portal")), name="contracts_form_channel"
            ),
        ),
        migrations.RunSQL(RECEIVED_ON, migrations.RunSQL.noop),
    ]
