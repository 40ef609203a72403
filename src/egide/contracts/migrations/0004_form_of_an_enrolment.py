from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_form_channel")]
    operations = [
        # The member page asks three times which form an enrolment comes from.
        migrations.AddIndex(
            "EnrolmentForm",
            models.Index(
                condition=models.Q(enrolment_id__isnull=False),
                fields=["enrolment_id"],
                name="contracts_form_enrolment",
            ),
        ),
    ]
