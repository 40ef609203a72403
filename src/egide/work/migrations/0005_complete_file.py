from django.db import migrations, models

from egide.kernel.calendars import Calendar, Region
from egide.kernel.time_limits import TimeLimit, Unit, due_on

COMPLETE = """
-- The clock of an item ran from its first reception, its pauses taken out: it runs from its complete file.
UPDATE work_item i SET
  complete_on = GREATEST((i.received_at AT TIME ZONE 'Europe/Paris')::date,
    (SELECT max(p."end") - 1 FROM work_pause p WHERE p.item_id = i.id)),
  limit_code = CASE WHEN i.kind = 'rejects' THEN 'REJECT_WORK' ELSE 'ENROLMENT_ACT' END;
"""


def due_from_complete_file(apps, schema_editor):
    """What is still to do and was once incomplete has its whole limit; what is done keeps the date it had."""
    items = apps.get_model("work", "Item").objects.using(schema_editor.connection.alias)
    for item in items.filter(state="open", pauses__isnull=False).distinct():
        limit = TimeLimit(item.limit_days, Unit(item.limit_unit), item.limit_code)
        item.due_on = due_on(limit, item.complete_on, (), Calendar(Region(item.region)))
        item.save(update_fields=["due_on"])


class Migration(migrations.Migration):
    dependencies = [("work", "0004_job_protection")]
    operations = [
        migrations.AddField("item", "complete_on", models.DateField(null=True)),
        migrations.AddField("item", "limit_code", models.TextField(default="")),
        migrations.RunSQL(COMPLETE, migrations.RunSQL.noop),
        migrations.RunPython(due_from_complete_file, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("item", "complete_on", models.DateField()),
        migrations.AlterField("item", "limit_code", models.TextField()),
    ]
