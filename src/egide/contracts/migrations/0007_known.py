from django.db import migrations

from egide.journal import sql

KNOWN = """
-- What was known of each cover, and from which day: a line each time it is written, by which act. Nothing here ever changes.
CREATE TABLE contracts_cover_known (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cover_id     bigint NOT NULL,
  enrolment_id bigint NOT NULL,
  person_id    bigint NOT NULL,
  perimeter_id smallint NOT NULL,
  link         text NOT NULL,
  student      boolean NOT NULL,
  period       daterange NOT NULL,
  since        date NOT NULL,
  cancelled    boolean NOT NULL,
  known_on     date NOT NULL,
  act_id       bigint
);
CREATE INDEX contracts_cover_known_enrolment ON contracts_cover_known (enrolment_id, cover_id, known_on);

-- A certificate never changes once it is there: the day when it was is enough.
CREATE TABLE contracts_certificate_known (
  certificate_id bigint PRIMARY KEY,
  perimeter_id   smallint NOT NULL,
  known_on       date NOT NULL,
  act_id         bigint
);
REVOKE ALL ON contracts_cover_known, contracts_certificate_known FROM egide_app;
GRANT SELECT ON contracts_cover_known, contracts_certificate_known TO egide_app;

CREATE FUNCTION contracts_know_covers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO contracts_cover_known (cover_id, enrolment_id, person_id, perimeter_id, link, student, period, since, cancelled,
    known_on, act_id)
  SELECT id, enrolment_id, person_id, perimeter_id, link, student, period, since, cancelled, egide_day(), egide_act()
  FROM written;
  RETURN NULL;
END $$;
CREATE TRIGGER contracts_cover_written AFTER INSERT ON contracts_cover
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION contracts_know_covers();
CREATE TRIGGER contracts_cover_rewritten AFTER UPDATE ON contracts_cover
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION contracts_know_covers();

CREATE FUNCTION contracts_know_certificates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO contracts_certificate_known SELECT id, perimeter_id, egide_day(), egide_act() FROM written;
  RETURN NULL;
END $$;
CREATE TRIGGER contracts_certificate_written AFTER INSERT ON contracts_aidcertificate
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION contracts_know_certificates();

-- What is there already was known, nobody can tell since when.
INSERT INTO contracts_cover_known (cover_id, enrolment_id, person_id, perimeter_id, link, student, period, since, cancelled, known_on)
SELECT id, enrolment_id, person_id, perimeter_id, link, student, period, since, cancelled, '-infinity' FROM contracts_cover;
INSERT INTO contracts_certificate_known (certificate_id, perimeter_id, known_on)
SELECT id, perimeter_id, '-infinity' FROM contracts_aidcertificate;
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0006_asked_paper"), ("journal", "0007_inputs")]
    operations = [
        migrations.RunSQL(
            KNOWN + sql.protected("contracts_cover_known") + sql.protected("contracts_certificate_known")
        ),
    ]
