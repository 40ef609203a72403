from django.db import migrations

MONTHS = """
-- The partitions of a month and of the next one, on every table that is cut by month. Making one stops the whole table for
-- a moment: it is done ahead of time, before an act holds anything, so that two acts never wait for each other.
CREATE FUNCTION egide_months(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent text;
BEGIN
  FOR parent IN
    SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
    WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname
  LOOP
    PERFORM egide_month(parent, day), egide_month(parent, (day + interval '1 month')::date);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_keys_by_person")]
    operations = [migrations.RunSQL(MONTHS, "DROP FUNCTION egide_months(date)")]
