from django.db import migrations

from egide.journal import sql

TABLES = """
CREATE SEQUENCE benefits_care_line_id_seq;
CREATE TABLE benefits_care_line (
  id               bigint NOT NULL,
  file_id          bigint NOT NULL,
  line_no          integer NOT NULL,
  act_no           smallint NOT NULL,
  received_on      date NOT NULL,
  perimeter_id     smallint NOT NULL,
  enrolment_id     bigint NOT NULL,
  person_id        bigint NOT NULL,
  cover_id         bigint NOT NULL,
  invoice_no       text NOT NULL,
  operation        char(1) NOT NULL,
  act_code         text NOT NULL,
  family           text NOT NULL,
  care_on          date NOT NULL,
  quantity         integer NOT NULL,
  charged_cents    bigint NOT NULL,
  base_cents       bigint NOT NULL,
  rate_bp          integer NOT NULL,
  amo_cents        bigint NOT NULL,
  withheld_cents   bigint NOT NULL,
  tariff_agreement boolean NOT NULL,
  care_path        boolean NOT NULL,
  basket           text NOT NULL,
  reverses_id      bigint,
  PRIMARY KEY (id, received_on),
  CONSTRAINT benefits_care_line_operation CHECK (operation IN ('N', 'A')),
  CONSTRAINT benefits_care_line_amounts CHECK
    (charged_cents >= 0 AND base_cents >= 0 AND amo_cents >= 0 AND withheld_cents >= 0 AND quantity >= 0),
  CONSTRAINT benefits_care_line_rate CHECK (rate_bp BETWEEN 0 AND 10000),
  CONSTRAINT benefits_care_line_care_before_receipt CHECK (care_on <= received_on),
  CONSTRAINT benefits_care_line_reversal_names_its_line CHECK (operation = 'N' OR reverses_id IS NOT NULL)
) PARTITION BY RANGE (received_on);
CREATE INDEX benefits_care_line_person ON benefits_care_line (person_id, care_on);
-- The lines of a file come together: a range index finds them for the price of a few pages.
CREATE INDEX benefits_care_line_file ON benefits_care_line USING brin (file_id) WITH (pages_per_range = 32, autosummarize = on);

CREATE SEQUENCE benefits_posting_id_seq;
CREATE TABLE benefits_posting (
  id           bigint NOT NULL DEFAULT nextval('benefits_posting_id_seq'),
  care_line_id bigint NOT NULL,
  booked_on    date NOT NULL,
  entry_id     bigint NOT NULL,
  perimeter_id smallint NOT NULL,
  enrolment_id bigint NOT NULL,
  person_id    bigint NOT NULL,
  amount_cents bigint NOT NULL,
  version_id   bigint,
  CONSTRAINT benefits_posting_not_zero CHECK (amount_cents <> 0)
) PARTITION BY RANGE (booked_on);
CREATE INDEX benefits_posting_line ON benefits_posting (care_line_id);
CREATE INDEX benefits_posting_enrolment ON benefits_posting (enrolment_id, booked_on);
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial"), ("journal", "0001_initial")]
    operations = [
        migrations.RunSQL(
            TABLES
            + "".join(
                sql.by_month(table) + sql.protected(table) + sql.insert_only(table)
                for table in ("benefits_care_line", "benefits_posting")
            )
            + sql.protected("benefits_counter")
            + sql.protected("benefits_payment")
        ),
    ]
