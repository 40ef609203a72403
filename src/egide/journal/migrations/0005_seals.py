from django.db import migrations, models

SEALS = """
-- Acts are written without waiting for one another; they are sealed in a chain once committed, in tables of their own.
DROP TRIGGER journal_act_chain ON journal_act;
DROP FUNCTION journal_chain();
DROP FUNCTION journal_broken_links(integer);
DROP FUNCTION journal_digest(journal_act);

CREATE TABLE journal_seal (
  position bigint PRIMARY KEY,
  act_id   bigint NOT NULL CONSTRAINT journal_seal_once UNIQUE,
  done_on  date NOT NULL,
  version  smallint NOT NULL CONSTRAINT journal_seal_version CHECK (version IN (1, 2)),
  hash     bytea NOT NULL
);
CREATE TABLE journal_unsealed (
  act_id  bigint PRIMARY KEY,
  done_on date NOT NULL,
  content bytea NOT NULL,
  since   timestamptz NOT NULL DEFAULT clock_timestamp()
);
REVOKE ALL ON journal_seal, journal_unsealed FROM egide_app;
GRANT SELECT ON journal_seal, journal_unsealed TO egide_app;

-- The chain of before goes on: each of its links keeps its place and its hash, which still says what it said.
INSERT INTO journal_seal (position, act_id, done_on, version, hash) SELECT position, id, done_on, 1, hash FROM journal_act;
ALTER TABLE journal_act DROP COLUMN previous_hash, DROP COLUMN hash, ALTER COLUMN position DROP NOT NULL;
DROP INDEX journal_act_position;

-- Fields one after the other, each with its length: nothing can move from one into the next, and none is not empty.
CREATE FUNCTION journal_fields(VARIADIC fields text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(COALESCE(length(field) || ':' || field, '-'), '' ORDER BY place)
  FROM unnest(fields) WITH ORDINALITY AS one (field, place)
$$;

-- The content that the chain seals: every column that a person could want to change afterwards.
CREATE FUNCTION journal_content(act journal_act) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(journal_fields(
    act.id::text, act.kind, act.subject_kind, act.subject_id::text, act.subject_label, act.perimeter_id::text,
    act.parent_id::text, act.actor_id::text, act.actor_label, act.team_id::text, act.channel,
    extract(epoch FROM act.received_at)::text, to_char(act.due_on, 'YYYY-MM-DD'), extract(epoch FROM act.done_at)::text,
    to_char(act.done_on, 'YYYY-MM-DD'), act.input_hash, act.outcome::text, act.reasons::text), 'UTF8'))
$$;

-- How links were made until now (version 1), kept to go on proving them.
CREATE FUNCTION journal_first_link(previous bytea, place bigint, act journal_act) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || convert_to(concat_ws('|',
    act.id, place, act.kind, act.subject_kind, act.subject_id, act.subject_label, act.perimeter_id, act.parent_id,
    act.actor_id, act.actor_label, act.team_id, act.channel, extract(epoch FROM act.received_at), act.due_on,
    extract(epoch FROM act.done_at), act.input_hash, act.outcome::text, act.reasons::text), 'UTF8'))
$$;

CREATE FUNCTION journal_link(previous bytea, place bigint, content bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(previous || int8send(place) || content)
$$;

-- What an act says is taken down with it, in its own transaction, and waits there for its seal.
CREATE FUNCTION journal_await_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO journal_unsealed (act_id, done_on, content)
  SELECT act.id, act.done_on, journal_content(act) FROM journal_act act WHERE act.id = NEW.id AND act.done_on = NEW.done_on;
  RETURN NULL;
END $$;
CREATE TRIGGER journal_act_unsealed AFTER INSERT ON journal_act FOR EACH ROW EXECUTE FUNCTION journal_await_seal();

-- Seals acts that are committed, the oldest number first, and tells how many; none when another session is at it. An act
-- whose transaction lasted is sealed when it appears, whatever its number: the chain is in the order of the seals.
CREATE FUNCTION journal_seal_committed(at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  head journal_head;
  waiting journal_unsealed;
  sealed integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('journal_seal', 0)) THEN RETURN 0; END IF;
  SELECT * INTO head FROM journal_head FOR UPDATE;
  FOR waiting IN SELECT * FROM journal_unsealed ORDER BY act_id LIMIT at_most LOOP
    head.position := head.position + 1;
    head.hash := journal_link(head.hash, head.position, waiting.content);
    INSERT INTO journal_seal VALUES (head.position, waiting.act_id, waiting.done_on, 2, head.hash);
    DELETE FROM journal_unsealed WHERE act_id = waiting.act_id;
    sealed := sealed + 1;
  END LOOP;
  IF sealed > 0 THEN UPDATE journal_head SET position = head.position, hash = head.hash; END IF;
  RETURN sealed;
END $$;

-- Every place where the journal is not what its door left, whoever asks: the check must see all perimeters and say nothing
-- of what is inside. An act that waits for its seal has no position yet.
CREATE FUNCTION journal_broken_links(at_most integer) RETURNS TABLE (act_position bigint, act_id bigint, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH link AS (
    SELECT seal.*, lag(seal.hash, 1, sha256('Égide'::bytea)) OVER (ORDER BY seal.position) AS previous,
           lag(seal.position, 1, 0::bigint) OVER (ORDER BY seal.position) AS position_before
    FROM journal_seal seal)
  SELECT link.position, link.act_id, CASE
      WHEN act.id IS NULL THEN 'missing' WHEN link.position <> link.position_before + 1 THEN 'cut' ELSE 'changed' END
  FROM link LEFT JOIN journal_act act ON act.id = link.act_id AND act.done_on = link.done_on
  WHERE act.id IS NULL OR link.position <> link.position_before + 1 OR link.hash <> CASE link.version
      WHEN 1 THEN journal_first_link(link.previous, link.position, act)
      ELSE journal_link(link.previous, link.position, journal_content(act)) END
  UNION ALL
  SELECT head.position, NULL, 'cut' FROM journal_head head
  WHERE NOT EXISTS (SELECT 1 FROM journal_seal seal WHERE seal.position = head.position AND seal.hash = head.hash)
    AND (head.position > 0 OR EXISTS (SELECT 1 FROM journal_seal))
  UNION ALL
  SELECT NULL, waiting.act_id, CASE WHEN act.id IS NULL THEN 'missing' ELSE 'changed' END
  FROM journal_unsealed waiting LEFT JOIN journal_act act ON act.id = waiting.act_id AND act.done_on = waiting.done_on
  WHERE act.id IS NULL OR waiting.content <> journal_content(act)
  UNION ALL
  SELECT NULL, act.id, 'forgotten' FROM journal_act act
  WHERE NOT EXISTS (SELECT 1 FROM journal_seal seal WHERE seal.act_id = act.id AND seal.done_on = act.done_on)
    AND NOT EXISTS (SELECT 1 FROM journal_unsealed one WHERE one.act_id = act.id AND one.done_on = act.done_on)
  LIMIT at_most
$$;
"""


class Migration(migrations.Migration):
    """From here on ``journal_act.position`` stays empty; it is there for the code of before, which still reads it."""

    dependencies = [("journal", "0004_touches")]
    operations = [
        migrations.RunSQL(SEALS),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Seal",
                    fields=[("position", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={"managed": False, "db_table": "journal_seal"},
                ),
                migrations.CreateModel(
                    name="Unsealed",
                    fields=[("act_id", models.BigIntegerField(primary_key=True, serialize=False))],
                    options={"managed": False, "db_table": "journal_unsealed"},
                ),
            ],
        ),
    ]
