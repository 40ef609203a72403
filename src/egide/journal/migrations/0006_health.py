from django.db import migrations

HEALTH = """
-- Whether the current transaction may see health data, set by the application beside the perimeters; not unless told.
CREATE FUNCTION egide_sees_health() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT COALESCE(current_setting('egide.health', true) = 'on', false)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_seals")]
    operations = [migrations.RunSQL(HEALTH, "DROP FUNCTION egide_sees_health()")]
