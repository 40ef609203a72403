from django.db import migrations, models

OWNERS = """
-- Each key goes to the person who did its act. A person who changed name may have used one word twice: the first stands.
UPDATE journal_key k SET actor_id = first.actor_id
FROM (SELECT DISTINCT ON (a.actor_id, k.key) k.id, a.actor_id
      FROM journal_key k JOIN journal_act a ON a.id = k.act_id
      WHERE a.actor_id IS NOT NULL ORDER BY a.actor_id, k.key, k.id) first
WHERE k.id = first.id;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.AddField("Key", "actor_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(OWNERS, migrations.RunSQL.noop),
        migrations.RemoveConstraint("Key", "journal_key_used_once"),
        migrations.AddConstraint(
            "Key",
            models.UniqueConstraint(
                condition=models.Q(actor_id=None), fields=("actor", "key"), name="journal_key_used_once_by_job"
            ),
        ),
        migrations.AddConstraint(
            "Key",
            models.UniqueConstraint(
                condition=models.Q(actor_id__isnull=False),
                fields=("actor_id", "key"),
                name="journal_key_used_once_by_person",
            ),
        ),
    ]
