from django.db import migrations

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [("benefits", "0006_proposals")]
    operations = [
        migrations.RunSQL(
            sql.protected("benefits_proposal")
            + sql.protected("benefits_proposedtransfer")
            + sql.insert_only("benefits_proposedtransfer")
        )
    ]
