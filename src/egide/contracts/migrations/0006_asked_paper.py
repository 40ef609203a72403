import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_endorsement")]
    operations = [
        migrations.CreateModel(
            name="AskedPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("title", models.TextField()),
                ("asked_on", models.DateField()),
                ("answer_by", models.DateField()),
                ("letter_id", models.BigIntegerField()),
                ("received_on", models.DateField(null=True)),
                ("document_id", models.BigIntegerField(null=True)),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_papers",
                        to="contracts.enrolmentform",
                    ),
                ),
                (
                    "perimeter",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document_id__isnull", True), ("received_on__isnull", True)),
                            models.Q(("document_id__isnull", False), ("received_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="contracts_asked_paper_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer_by__gt", models.F("asked_on"))),
                        name="contracts_asked_paper_answer",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("received_on__isnull", True)),
                        fields=("form", "title"),
                        name="contracts_asked_paper_once",
                    ),
                ]
            },
        ),
        migrations.RunSQL(sql.protected("contracts_askedpaper"), migrations.RunSQL.noop),
    ]
