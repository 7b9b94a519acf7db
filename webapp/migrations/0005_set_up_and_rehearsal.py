from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

from webapp.database.operations import AddColumns

EMAILS = ("selina@example.org", "gary@example.org", "amy@example.org", "dan@example.org")
EARLIER = "slug = 'meyer' AND join_code = '482913' AND description LIKE 'Selina Meyer is running%'"
REAL = "EXISTS (SELECT 1 FROM phone_number WHERE e164 NOT LIKE '+1___55501__')"


async def close_the_published_door(_: Any, editor: BaseSchemaEditor) -> None:
    """Rehearsals before this had one password, which stood in the repository: it opens nothing any more, and a rehearsal
    gives a new one at its start. Their campaign is marked, unless a real number came to it: then people text with it."""
    emails = ", ".join(f"'{email}'" for email in EMAILS)
    for statement in (
        f"UPDATE user_account SET password_hash = '' WHERE email IN ({emails}) AND password_hash <> ''"
        f" AND EXISTS (SELECT 1 FROM campaign WHERE {EARLIER})",
        f"UPDATE campaign SET rehearsal = TRUE WHERE {EARLIER} AND NOT {REAL}",
    ):
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [('models', '0004_counts_of_scripts_and_codes')]

    initial = False

    operations = [
        AddColumns(
            ops.AddField(
                model_name='Campaign',
                name='credentials_trouble',
                field=fields.CharField(default='', db_default='', max_length=20),
            ),
            ops.AddField(
                model_name='Campaign',
                name='mail_checked_at',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Campaign',
                name='mail_trouble',
                field=fields.CharField(default='', db_default='', max_length=200),
            ),
            ops.AddField(
                model_name='Campaign',
                name='rehearsal',
                field=fields.BooleanField(default=False, db_default=False),
            ),
        ),
        ops.RunPython(close_the_published_door),
    ]
