import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql

CONCLUDED = """
-- When an enrolment was made is the day of the act that made it; of a portfolio taken whole, the day of its reception.
UPDATE contracts_enrolment e SET concluded_on = COALESCE(
  (SELECT min(a.done_on) FROM journal_act a WHERE a.subject_kind = 'enrolment' AND a.subject_id = e.id
     AND a.kind IN ('enrolment.validate', 'enrolment.import')), e.received_on);
"""

AFTER_BIRTH = """
-- Nobody is covered before they are born: told once per statement, so that a whole portfolio is checked by one join.
CREATE FUNCTION contracts_cover_after_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh f JOIN people_person p ON p.id = f.person_id
             WHERE NOT f.cancelled AND lower(f.period) < p.birth_date) THEN
    RAISE EXCEPTION 'a cover begins before its person is born'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_cover_after_birth';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER contracts_cover_added AFTER INSERT ON contracts_cover REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION contracts_cover_after_birth();
CREATE TRIGGER contracts_cover_changed AFTER UPDATE ON contracts_cover REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION contracts_cover_after_birth();
"""

NO_AFTER_BIRTH = """
DROP TRIGGER contracts_cover_added ON contracts_cover;
DROP TRIGGER contracts_cover_changed ON contracts_cover;
DROP FUNCTION contracts_cover_after_birth();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0004_form_of_an_enrolment"), ("journal", "0001_initial"), ("people", "0001_initial")]
    operations = [
        migrations.AddField("enrolment", "concluded_on", models.DateField(null=True)),
        migrations.RunSQL(CONCLUDED, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("enrolment", "concluded_on", models.DateField()),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act_id", models.BigIntegerField(unique=True)),
                ("kind", models.TextField()),
                ("received_on", models.DateField()),
                ("event_on", models.DateField()),
                ("effect_on", models.DateField()),
                ("cause", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("agreement", models.TextField(blank=True)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endorsements",
                        to="contracts.enrolment",
                    ),
                ),
                (
                    "perimeter",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="people.person"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["enrolment", "-id"], name="contracts_endorsement_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("add_person", "remove_person", "terminate", "withdraw"))),
                        name="contracts_endorsement_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("add_person", "remove_person")), ("person__isnull", False)),
                            models.Q(("kind__in", ("terminate", "withdraw")), ("person__isnull", True)),
                            _connector="OR",
                        ),
                        name="contracts_endorsement_person",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql.protected("contracts_endorsement"), migrations.RunSQL.noop),
        migrations.RunSQL(sql.insert_only("contracts_endorsement"), migrations.RunSQL.noop),
        migrations.RunSQL(AFTER_BIRTH, NO_AFTER_BIRTH),
    ]
