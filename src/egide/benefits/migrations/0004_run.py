from django.db import migrations


class Migration(migrations.Migration):
    """What is posted says which slices are done: a number kept apart could only differ from it."""

    dependencies = [("benefits", "0003_ignored_lines")]
    operations = [
        migrations.RemoveConstraint("Run", "benefits_run_slices"),
        migrations.RemoveField("Run", "slices_done"),
    ]
