from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

# Not reportable, as in a new campaign: so the reports of running actions stay as they are.
ADD_FIELD = """
INSERT INTO custom_field (campaign_id, title, slug, type, options, default_value, display_order, reportable)
SELECT c.id, 'Remind a friend', 'remind_a_friend', 'TextField', '', '',
       (SELECT COUNT(*) FROM custom_field o WHERE o.campaign_id = c.id), false
  FROM campaign c
 WHERE NOT EXISTS (SELECT 1 FROM custom_field f WHERE f.campaign_id = c.id
                      AND f.slug IN ('remind_a_friend', 'custom_field_remind_a_friend'))
"""


async def add_field(apps: Any, state_editor: Any) -> None:
    """Every campaign gets the field that the variable custom_field_remind_a_friend is filled from (SPEC section 4)."""
    await state_editor.client.execute_query(ADD_FIELD)


class Migration(migrations.Migration):
    dependencies = [("models", "0001_first")]

    operations = [ops.RunPython(add_field)]
