from django.db import migrations

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [("work", "0003_job")]
    operations = [migrations.RunSQL(sql.protected("work_job"))]
