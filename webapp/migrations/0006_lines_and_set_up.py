from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def who_texts_already(apps: Any, state_editor: Any) -> None:
    """Campaigns whose texts arrive and are answered have proved what the set-up check asks from now on."""
    texts = "SELECT {} FROM message m WHERE m.campaign_id = campaign.id AND m.{}"
    came, arrived = texts.format("MAX(m.created_at)", "direction = 'in'"), texts.format("1", "delivery = 'delivered'")
    await state_editor.client.execute_query(
        f"UPDATE campaign SET registration = '10dlc', round_trip_at = ({came}) WHERE EXISTS ({arrived})"
        f" AND ({came}) IS NOT NULL"
    )


class Migration(migrations.Migration):
    dependencies = [('models', '0005_sending')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='registration',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
        ops.AddField(
            model_name='Campaign',
            name='registration_cap',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Campaign',
            name='round_trip_asked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='round_trip_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='round_trip_phone',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Contact',
            name='line_type',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Contact',
            name='looked_up_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(who_texts_already),
    ]
