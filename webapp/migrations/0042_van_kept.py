"""For each VAN ID the contact had, the answer that VAN has of a fact (SPEC B3). The answers of until now are about the ID that the
contact has, or had until it was taken away: VAN's answer about the phone has that one."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import AddColumns


async def fill(apps: Any, state_editor: Any) -> None:
    of_contact = "(SELECT ltrim(c.van_id, '0') FROM contact c WHERE c.id = van_fact.contact_id AND c.van_id <> '')"
    of_phone = "(SELECT ltrim(p.van_id, '0') FROM van_person p WHERE p.contact_id = van_fact.contact_id)"
    await database.query(
        f"UPDATE van_fact SET there_id = COALESCE({of_contact}, {of_phone}, '')"
        " WHERE there <> '' OR maybe <> '' OR state = 'sending'"
    )


class Migration(migrations.Migration):
    dependencies = [('models', '0041_vans_by_state')]

    initial = False

    operations = [
        ops.CreateModel(
            name='VanKept',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('fact_id', fields.BigIntField()),
                ('contact_id', fields.BigIntField()),
                ('van', fields.IntField()),
                ('van_id', fields.CharField(max_length=40)),
                ('there', fields.CharField(default='', max_length=60)),
                ('maybe', fields.CharField(default='', max_length=500)),
            ],
            options={'table': 'van_kept', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        AddColumns(
            ops.AddField('VanFact', 'there_id', fields.CharField(40, default='', db_default='')),
        ),
        ops.RunPython(fill),
    ]
