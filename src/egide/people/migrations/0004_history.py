import django.db.models.deletion
from django.db import migrations, models

from egide.journal import sql

PAST = ("people_householdpast", "people_personpast")


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_months_ahead"),
        ("people", "0003_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="HouseholdPast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line1", models.TextField()),
                ("postcode", models.CharField(max_length=5)),
                ("city", models.TextField()),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("email", models.TextField(blank=True)),
                ("until_on", models.DateField()),
                ("act_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PersonPast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_name", models.TextField()),
                ("first_name", models.TextField()),
                ("birth_date", models.DateField()),
                ("birth_rank", models.SmallIntegerField()),
                ("nir", models.CharField(blank=True, max_length=13)),
                ("insured_nir", models.CharField(max_length=13)),
                ("until_on", models.DateField()),
                ("act_id", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="mandate",
            name="act_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="mandate",
            name="replaces",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="people.mandate"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_on__isnull", True), ("revoked_on__gte", models.F("signed_on")), _connector="OR"
                ),
                name="people_mandate_dates",
            ),
        ),
        migrations.AddField(
            model_name="householdpast",
            name="household",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="past", to="people.household"
            ),
        ),
        migrations.AddField(
            model_name="householdpast",
            name="perimeter",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter"
            ),
        ),
        migrations.AddField(
            model_name="personpast",
            name="household",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.household"
            ),
        ),
        migrations.AddField(
            model_name="personpast",
            name="perimeter",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="journal.perimeter"
            ),
        ),
        migrations.AddField(
            model_name="personpast",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="past", to="people.person"
            ),
        ),
        migrations.AddIndex(
            model_name="householdpast",
            index=models.Index(fields=["household", "until_on"], name="people_household_past_until"),
        ),
        migrations.AddIndex(
            model_name="personpast",
            index=models.Index(fields=["person", "until_on"], name="people_person_past_until"),
        ),
        migrations.RunSQL(
            "".join(sql.protected(table) + sql.insert_only(table) for table in PAST), migrations.RunSQL.noop
        ),
    ]
