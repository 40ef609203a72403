"""What files already here leave to do stands in the queue, and their rejects of care say which act of the line they are."""

from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Count, Q
from django.utils import timezone

from egide.kernel.calendars import Calendar, Region
from egide.kernel.time_limits import TimeLimit, Unit, due_on

# A care line is four digits, then acts of a fixed length: the position of a fault gives its act, and 0 stands for the line.
ACT_OF_A_REJECT = """
UPDATE exchanges_reject r SET part = GREATEST(0, (r.position - 5) / 129)
FROM exchanges_file f WHERE f.id = r.file_id AND f.format = 'noemie.care' AND r.part = 0;
"""
READING = {
    "noemie.care": "care_file",
    "pain.002": "bank_file",
    "noemie.answers": "rights_file",
    "enrolment.sheet": "enrolments_file",
}


def fill_the_queue(apps, schema_editor):
    """One item for each file that waits to be read, and one for the rejects of each file read; none for what is finished."""
    alias = schema_editor.connection.alias
    items, files = apps.get_model("work", "Item").objects.using(alias), apps.get_model("exchanges", "File").objects
    waiting = (
        files.using(alias).filter(direction="in").annotate(open_rejects=Count("rejects", Q(rejects__state="open")))
    )
    for file in waiting.filter(state__in=("received", "reading")).iterator():
        _await(
            items, file, READING.get(file.format, "unknown_file"), file.name, TimeLimit(1, Unit.WORKING, "FILE_READING")
        )
    for file in waiting.filter(state="read", open_rejects__gt=0).iterator():
        title = f"{file.open_rejects} {'rejets' if file.open_rejects > 1 else 'rejet'} à traiter dans {file.name}"
        _await(items, file, "rejects", title, TimeLimit(2, Unit.WORKING, "REJECT_WORK"))
    mended = waiting.filter(state="read", open_rejects=0).values("pk")
    over = items.filter(kind="rejects", subject_kind="file", subject_id__in=mended, state="open")
    over.update(state="done", closed_at=timezone.now())


def _await(items, file, kind, title, limit):
    day = file.received_at.astimezone(ZoneInfo("Europe/Paris")).date()
    if items.filter(kind=kind, subject_kind="file", subject_id=file.pk).exclude(state="done").exists():
        return
    items.create(
        kind=kind,
        title=title,
        perimeter_id=file.perimeter_id,
        subject_kind="file",
        subject_id=file.pk,
        received_at=file.received_at,
        complete_on=day,
        health=kind == "unknown_file",
        limit_code=limit.source,
        limit_days=limit.amount,
        limit_unit=limit.unit.value,
        due_on=due_on(limit, day, (), Calendar(Region.NATIONAL)),
    )


class Migration(migrations.Migration):
    dependencies = [("exchanges", "0004_endings"), ("work", "0006_health")]
    operations = [
        migrations.RunSQL(ACT_OF_A_REJECT, migrations.RunSQL.noop),
        migrations.RunPython(fill_the_queue, migrations.RunPython.noop),
    ]
