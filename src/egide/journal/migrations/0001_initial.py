from django.db import migrations, models

from egide.journal import sql

SCOPE = """
-- Who sees what: the perimeters of the current transaction, set by the application with set_config(…, true).
CREATE FUNCTION egide_perimeters() RETURNS smallint[] LANGUAGE sql STABLE AS $$
  SELECT string_to_array(NULLIF(current_setting('egide.perimeters', true), ''), ',')::smallint[]
$$;

-- A month's partition of a large table, made once, unreachable but through its parent.
CREATE FUNCTION egide_month(parent text, day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first date := date_trunc('month', day)::date;
  name text := format('%s_%s', parent, to_char(first, 'YYYYMM'));
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('egide_month'));
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid WHERE c.relname = parent) THEN
    RAISE EXCEPTION '% is not a partitioned table', parent;
  END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                 name, parent, first, (first + interval '1 month')::date);
  EXECUTE format('REVOKE ALL ON %I FROM egide_app', name);
END $$;

-- After a load as large as the base itself, the planner must know of it at once.
CREATE FUNCTION egide_refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE;
END $$;
"""

ACTS = """
CREATE SEQUENCE journal_act_id_seq;
CREATE TABLE journal_act (
  id            bigint NOT NULL DEFAULT nextval('journal_act_id_seq'),
  position      bigint NOT NULL,
  kind          text NOT NULL,
  subject_kind  text NOT NULL,
  subject_id    bigint NOT NULL,
  subject_label text NOT NULL,
  perimeter_id  smallint NOT NULL,
  parent_id     bigint,
  actor_id      bigint,
  actor_label   text NOT NULL,
  team_id       integer,
  channel       text NOT NULL,
  received_at   timestamptz NOT NULL,
  due_on        date,
  done_at       timestamptz NOT NULL,
  done_on       date NOT NULL,
  input_hash    text NOT NULL,
  outcome       jsonb NOT NULL DEFAULT '{}',
  reasons       jsonb NOT NULL DEFAULT '[]',
  previous_hash bytea NOT NULL,
  hash          bytea NOT NULL,
  PRIMARY KEY (id, done_on),
  CONSTRAINT journal_act_done_after_received CHECK (done_at >= received_at),
  CONSTRAINT journal_act_day_of_done CHECK (done_on = (done_at AT TIME ZONE 'Europe/Paris')::date)
) PARTITION BY RANGE (done_on);
CREATE INDEX journal_act_position ON journal_act (position);
CREATE INDEX journal_act_subject ON journal_act (subject_kind, subject_id, id DESC);
CREATE INDEX journal_act_recent ON journal_act (perimeter_id, done_on DESC, kind);

CREATE TABLE journal_head (
  one boolean PRIMARY KEY DEFAULT true CONSTRAINT journal_head_one_row CHECK (one),
  position bigint NOT NULL,
  hash bytea NOT NULL
);
INSERT INTO journal_head VALUES (true, 0, sha256('Égide'::bytea));
REVOKE ALL ON journal_head FROM egide_app;

-- The content that the chain seals: every column that a person could want to change afterwards.
CREATE FUNCTION journal_digest(act journal_act) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(act.previous_hash || convert_to(concat_ws('|',
    act.id, act.position, act.kind, act.subject_kind, act.subject_id, act.subject_label, act.perimeter_id, act.parent_id,
    act.actor_id, act.actor_label, act.team_id, act.channel, extract(epoch FROM act.received_at), act.due_on,
    extract(epoch FROM act.done_at), act.input_hash, act.outcome::text, act.reasons::text), 'UTF8'))
$$;

CREATE FUNCTION journal_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT head.position + 1, head.hash INTO NEW.position, NEW.previous_hash FROM journal_head head FOR UPDATE;
  NEW.hash := journal_digest(NEW);
  UPDATE journal_head SET position = NEW.position, hash = NEW.hash;
  RETURN NEW;
END $$;
CREATE TRIGGER journal_act_chain BEFORE INSERT ON journal_act FOR EACH ROW EXECUTE FUNCTION journal_chain();

-- Every broken link, whoever asks: the check must see all perimeters and say nothing of what is inside.
CREATE FUNCTION journal_broken_links(at_most integer) RETURNS TABLE (act_position bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.position FROM (
    SELECT act.*, lag(act.hash, 1, sha256('Égide'::bytea)) OVER (ORDER BY act.position) AS expected_previous,
           lag(act.position, 1, 0::bigint) OVER (ORDER BY act.position) AS position_before,
           journal_digest(act) AS expected
    FROM journal_act act) a
  WHERE a.previous_hash <> a.expected_previous OR a.hash <> a.expected OR a.position <> a.position_before + 1
  UNION ALL
  SELECT head.position FROM journal_head head
  WHERE head.position <> COALESCE((SELECT max(position) FROM journal_act), 0)
  LIMIT at_most
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(SCOPE),
        migrations.CreateModel(
            name="Perimeter",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("insurer_name", models.CharField(max_length=120)),
                ("delegate_name", models.CharField(blank=True, max_length=120)),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField()),
                ("key", models.TextField()),
                ("kind", models.TextField()),
                ("input_hash", models.TextField()),
                ("act_id", models.BigIntegerField()),
                ("outcome", models.JSONField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["actor", "key"], name="journal_key_used_once")],
            },
        ),
        migrations.RunSQL(
            ACTS
            + sql.by_month("journal_act")
            + sql.protected("journal_act")
            + sql.insert_only("journal_act")
            + sql.insert_only("journal_key")
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Act",
                    fields=[("id", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={"managed": False, "db_table": "journal_act"},
                ),
            ],
        ),
    ]
