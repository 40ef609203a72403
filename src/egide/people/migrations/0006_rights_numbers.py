from django.db import migrations, models
from django.db.models import Q

AS_BEFORE = """
-- Until now every file of rights left under the same numbers: those already enrolled keep sending under them, until told.
UPDATE people_organisation SET amc_number = '99999999', rights_sender = '00000099999999', rights_recipient = '00999000'
WHERE perimeter_id IS NOT NULL AND kind <> 'partner';
"""


class Migration(migrations.Migration):
    """Who sends rights, under which number and to whom, is a fact of the organisation."""

    dependencies = [("people", "0005_search_by_sound")]
    operations = [
        *(
            migrations.AddField(
                "Organisation", name, models.CharField(max_length=length, blank=True, default=""), False
            )
            for name, length in (("amc_number", 8), ("rights_sender", 14), ("rights_recipient", 14))
        ),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "Organisation",
            models.CheckConstraint(
                condition=Q(amc_number="", rights_sender="", rights_recipient="")
                | Q(
                    amc_number__regex="^[0-9]{8}$",
                    rights_sender__regex="^[0-9]{1,14}$",
                    rights_recipient__regex="^[0-9]{1,14}$",
                ),
                name="people_organisation_rights",
            ),
        ),
    ]
