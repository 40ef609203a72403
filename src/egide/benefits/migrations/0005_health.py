from django.db import migrations

from egide.journal import sql

BY_NATURE = ("benefits_care_line", "benefits_posting", "benefits_counter", "benefits_ignored_line")


class Migration(migrations.Migration):
    dependencies = [("benefits", "0004_run"), ("journal", "0006_health")]
    operations = [migrations.RunSQL("".join(sql.health_by_nature(table) for table in BY_NATURE))]
