from django.db import migrations

from egide.journal import sql

TOUCHES = """
-- What each act touched, beside the act: who decides from facts finds here those that changed since. The number of the
-- transaction tells what a reader could not see yet, whatever the order in which acts end.
CREATE TABLE journal_touch (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act_id       bigint NOT NULL,
  kind         text NOT NULL,
  subject_id   bigint NOT NULL,
  perimeter_id smallint NOT NULL,
  transaction  xid8 NOT NULL DEFAULT pg_current_xact_id(),
  touched_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX journal_touch_recent ON journal_touch (kind, touched_at);
CREATE INDEX journal_touch_subject ON journal_touch (kind, subject_id);
"""


class Migration(migrations.Migration):
    """Acts say what they touch: followers, and batches that catch up, no longer guess it from the names of acts."""

    dependencies = [("journal", "0003_months_ahead")]
    operations = [
        migrations.RunSQL(
            TOUCHES + sql.protected("journal_touch") + sql.insert_only("journal_touch"), "DROP TABLE journal_touch"
        ),
    ]
