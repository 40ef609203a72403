from django.db import migrations

from egide.journal import sql

TABLE = """
-- Acts of a file that were set aside: where they stand, why, and the line that already says the same.
CREATE TABLE benefits_ignored_line (
  file_id      bigint NOT NULL,
  line_no      integer NOT NULL,
  act_no       smallint NOT NULL,
  perimeter_id smallint NOT NULL,
  person_id    bigint NOT NULL,
  code         text NOT NULL,
  repeats_id   bigint NOT NULL,
  PRIMARY KEY (file_id, line_no, act_no),
  CONSTRAINT benefits_ignored_line_code CHECK (code = 'line.duplicate')
);
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0002_care_lines")]
    operations = [
        migrations.RunSQL(TABLE + sql.protected("benefits_ignored_line") + sql.insert_only("benefits_ignored_line"))
    ]
