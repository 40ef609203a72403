from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0007_known")]
    operations = [
        migrations.AddField("enrolmentform", "ended_because", models.TextField(blank=True, default="", db_default="")),
        migrations.RunSQL(
            "UPDATE contracts_enrolmentform SET ended_because = 'Motif non conservé.' WHERE state = 'refused'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint("enrolmentform", "contracts_form_state"),
        migrations.AddConstraint(
            "enrolmentform",
            models.CheckConstraint(
                condition=models.Q(state__in=("received", "waiting", "enrolled", "refused", "abandoned")),
                name="contracts_form_state",
            ),
        ),
        migrations.AddConstraint(
            "enrolmentform",
            models.CheckConstraint(
                condition=models.Q(state__in=("refused", "abandoned")) & ~models.Q(ended_because="")
                | ~models.Q(state__in=("refused", "abandoned")) & models.Q(ended_because=""),
                name="contracts_form_turned_down_says_why",
            ),
        ),
    ]
