"""A slice of an upload is checked once by triggers (guards.py), where four foreign keys checked and locked a row for each row."""

from tortoise import migrations

from webapp.database.operations import DropKeys


class Migration(migrations.Migration):
    dependencies = [("models", "0044_audit_about")]

    initial = False

    operations = [
        DropKeys(
            ("Contact", "campaign"),
            ("Contact", "zone_set"),
            ("ListMembership", "contact_list"),
            ("ListMembership", "contact"),
        ),
    ]
