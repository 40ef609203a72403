import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [
        ("exchanges", "0003_health"),
        ("journal", "0001_initial"),
    ]

    operations = [
        # False for the files read before: they have counts, and no row for what became of each of their lines.
        migrations.AddField("file", "endings_kept", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            model_name="reject",
            name="part",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.RemoveConstraint(model_name="reject", name="exchanges_reject_once"),
        migrations.AddConstraint(
            model_name="reject",
            constraint=models.UniqueConstraint(
                fields=("file", "line_no", "part", "position", "code"), name="exchanges_reject_once"
            ),
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_no", models.BigIntegerField()),
                ("part", models.IntegerField(default=0)),
                ("ending", models.TextField()),
                ("code", models.TextField(blank=True, default="")),
                ("message", models.TextField(blank=True, default="")),
                ("health", models.BooleanField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ended_lines", to="exchanges.file"
                    ),
                ),
                ("perimeter", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("file", "line_no", "part"), name="exchanges_line_ends_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", ""), ("ending", "posted"), ("message", "")),
                            models.Q(
                                ("ending", "ignored"),
                                models.Q(("code", ""), _negated=True),
                                models.Q(("message", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="exchanges_line_ignored_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            sql.protected("exchanges_line") + sql.health_aware("exchanges_line") + sql.insert_only("exchanges_line")
        ),
    ]
