import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_protection"),
        ("journal", "0005_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Print",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("pages", models.SmallIntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="documents_kept_once",
        ),
        migrations.AddField(
            model_name="document",
            name="facts_sha256",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="document",
            name="template",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AlterField(
            model_name="document",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(condition=models.Q(("sha256", "")), fields=["perimeter"], name="documents_to_print"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sha256", ""), _negated=True),
                fields=("subject_kind", "subject_id", "kind", "sha256"),
                name="documents_kept_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("facts_sha256", ""), _negated=True),
                fields=("subject_kind", "subject_id", "kind", "facts_sha256", "made_on"),
                name="documents_issued_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sha256", ""), _negated=True),
                    models.Q(models.Q(("facts_sha256", ""), _negated=True), models.Q(("template", ""), _negated=True)),
                    _connector="OR",
                ),
                name="documents_bytes_or_facts",
            ),
        ),
        migrations.AddField(
            model_name="print",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="print", to="documents.document"
            ),
        ),
        migrations.AddField(
            model_name="print",
            name="perimeter",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter"
            ),
        ),
        migrations.RunSQL(
            sql.protected("documents_print") + sql.insert_only("documents_print"), migrations.RunSQL.noop
        ),
    ]
