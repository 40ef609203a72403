import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql

TABLES = """
CREATE SEQUENCE ledger_entry_id_seq;
CREATE TABLE ledger_entry (
  id           bigint NOT NULL DEFAULT nextval('ledger_entry_id_seq'),
  booked_on    date NOT NULL,
  act_id       bigint NOT NULL,
  kind         text NOT NULL,
  label        text NOT NULL,
  perimeter_id smallint NOT NULL,
  PRIMARY KEY (id, booked_on)
) PARTITION BY RANGE (booked_on);
CREATE INDEX ledger_entry_act ON ledger_entry (act_id);

CREATE SEQUENCE ledger_line_id_seq;
CREATE TABLE ledger_line (
  id           bigint NOT NULL DEFAULT nextval('ledger_line_id_seq'),
  entry_id     bigint NOT NULL,
  booked_on    date NOT NULL,
  account_id   bigint NOT NULL,
  perimeter_id smallint NOT NULL,
  amount_cents bigint NOT NULL,
  nature       text NOT NULL,
  person_id    bigint,
  period       date,
  reference    bigint,
  CONSTRAINT ledger_line_not_zero CHECK (amount_cents <> 0),
  CONSTRAINT ledger_line_period_is_a_month CHECK (period = date_trunc('month', period)::date)
) PARTITION BY RANGE (booked_on);
CREATE INDEX ledger_line_account ON ledger_line (account_id, booked_on);
CREATE INDEX ledger_line_entry ON ledger_line (entry_id);
-- The lines of a month come together: a range index finds them for the price of a few pages.
CREATE INDEX ledger_line_period ON ledger_line USING brin (period) WITH (pages_per_range = 64, autosummarize = on);

-- The books balance because the database refuses anything else: one aggregated check per statement (per-row deferred
-- triggers cost a third of the speed), on the rows that this statement adds. An entry's lines come in one statement.
CREATE FUNCTION ledger_refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE offender record;
BEGIN
  SELECT fresh.entry_id, sum(fresh.amount_cents) AS gap INTO offender
  FROM fresh GROUP BY fresh.entry_id HAVING sum(fresh.amount_cents) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger entry % is not balanced: % cents', offender.entry_id, offender.gap
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_line_balanced AFTER INSERT ON ledger_line
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_unbalanced();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                (
                    "perimeter",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter"),
                ),
                ("enrolment_id", models.BigIntegerField(default=0)),
                ("detail", models.TextField(default="")),
            ],
        ),
        migrations.AddConstraint(
            "account",
            models.UniqueConstraint(fields=["enrolment_id", "kind", "perimeter", "detail"], name="ledger_account_once"),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "member",
                        "benefits_due",
                        "premiums",
                        "tax",
                        "aid_fund",
                        "benefits",
                        "debits_sent",
                        "transfers_sent",
                        "bank",
                    ]
                ),
                name="ledger_account_kind_known",
            ),
        ),
        migrations.RunSQL(
            TABLES
            + "".join(
                sql.by_month(table) + sql.protected(table) + sql.insert_only(table)
                for table in ("ledger_entry", "ledger_line")
            )
            + sql.protected("ledger_account")
            + sql.insert_only("ledger_account")
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="EntryRow",
                    fields=[("id", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={"managed": False, "db_table": "ledger_entry"},
                ),
                migrations.CreateModel(
                    name="LineRow",
                    fields=[("id", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={"managed": False, "db_table": "ledger_line"},
                ),
            ],
        ),
    ]
