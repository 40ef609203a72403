from django.db import migrations, models

from egide.journal import sql

INPUTS = """
-- What each act was asked to do, whole but for bytes, which are in the store under the digest that stands here.
CREATE TABLE journal_input (
  act_id       bigint PRIMARY KEY,
  perimeter_id smallint NOT NULL,
  health       boolean NOT NULL,
  given        jsonb NOT NULL
);
REVOKE ALL ON journal_input FROM egide_app;
GRANT SELECT ON journal_input TO egide_app;

-- The door's only way in: what is kept may be out of sight for the very person who gave it. The act that is under way is told
-- too, so that tables which keep their history know by which act a row is what it is.
CREATE FUNCTION journal_keep_input(act bigint, perimeter smallint, tells_health boolean, asked jsonb, parent bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT COALESCE(perimeter = ANY (egide_perimeters()), false) THEN
    RAISE EXCEPTION 'new row violates row-level security policy for table "journal_input"' USING ERRCODE = '42501';
  END IF;
  INSERT INTO journal_input (act_id, perimeter_id, health, given) VALUES (act, perimeter, tells_health, asked);
  PERFORM set_config('egide.act', COALESCE(parent::text, ''), true);
END $$;

-- The number of the act under way in this transaction; NULL outside any.
CREATE FUNCTION egide_act() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT NULLIF(current_setting('egide.act', true), '')::bigint
$$;

-- The day of the house for what this transaction writes: the one of its act, else the day in Paris.
CREATE FUNCTION egide_day() RETURNS date LANGUAGE sql STABLE AS $$
  SELECT COALESCE(NULLIF(current_setting('egide.day', true), '')::date, (now() AT TIME ZONE 'Europe/Paris')::date)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0006_health")]
    operations = [
        migrations.RunSQL(INPUTS + sql.protected("journal_input") + sql.health_aware("journal_input")),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Input",
                    fields=[("act_id", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={"managed": False, "db_table": "journal_input"},
                ),
            ],
        ),
    ]
