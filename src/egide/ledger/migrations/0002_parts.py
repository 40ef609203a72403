from django.db import migrations

PARTS = """
-- What of a line belongs to others, by the detail of their account: the taxes inside a premium. Amounts stay as they are.
ALTER TABLE ledger_line ADD COLUMN parts jsonb,
  ADD CONSTRAINT ledger_line_parts_by_name CHECK (jsonb_typeof(parts) = 'object');
"""

SHARED = """
-- What was posted before says its taxes by entry and month only. Each premium of the entry takes its own part of them, rounded
-- alone, and the cents left over go one by one to the largest: the parts make the whole that stands in the accounts.
WITH tax AS (
  SELECT l.entry_id, l.period, a.detail, -sum(l.amount_cents)::bigint AS cents
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id WHERE a.kind = 'tax' GROUP BY 1, 2, 3),
premium AS (
  SELECT l.id, l.booked_on, l.entry_id, l.period, l.amount_cents,
    sum(l.amount_cents) OVER whole AS gross, count(*) OVER whole AS lines,
    row_number() OVER (whole ORDER BY abs(l.amount_cents) DESC, l.id) AS place
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
  WHERE a.kind = 'member' AND l.nature = 'premium' AND l.parts IS NULL
  WINDOW whole AS (PARTITION BY l.entry_id, l.period)),
alone AS (
  SELECT premium.*, tax.detail, tax.cents,
    CASE WHEN gross = 0 THEN 0 ELSE round(tax.cents * premium.amount_cents / gross) END::bigint AS part
  FROM premium JOIN tax USING (entry_id, period)),
over AS (
  SELECT alone.*, cents - sum(part) OVER (PARTITION BY entry_id, period, detail) AS left_over FROM alone),
shared AS (
  SELECT id, booked_on, detail,
    (part + sign(left_over) * (div(abs(left_over), lines) + (place <= mod(abs(left_over), lines))::int))::bigint AS cents
  FROM over)
UPDATE ledger_line l SET parts = said.parts
FROM (SELECT id, booked_on, jsonb_object_agg(detail, cents) AS parts FROM shared WHERE cents <> 0 GROUP BY 1, 2) said
WHERE said.id = l.id AND said.booked_on = l.booked_on;
"""


class Migration(migrations.Migration):
    """Taxes are decided and checked for each person and month; until now an entry knew only their sum."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(PARTS, "ALTER TABLE ledger_line DROP COLUMN parts"),
        migrations.RunSQL(SHARED, migrations.RunSQL.noop),
    ]
