"""Counts of what reports say: tags, and answers to fields. Reports note which answers were typed, not chosen."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import AddColumns, CreateTables

# A field whose options are blank now was typed, as far as anybody can know. A few statements, whatever the number of reports:
# nobody can file one meanwhile.
TYPED = (
    """
    UPDATE report SET free = (
      SELECT json_group_array(key) FROM (
        SELECT DISTINCT j.key FROM json_each(report.answers) j JOIN action a ON a.id = report.action_id
        JOIN custom_field f ON f.campaign_id = a.campaign_id AND f.title = j.key AND f.options = '' ORDER BY j.key))
    WHERE json_type(answers) = 'object' AND EXISTS (
      SELECT 1 FROM json_each(report.answers) j JOIN action a ON a.id = report.action_id
      JOIN custom_field f ON f.campaign_id = a.campaign_id AND f.title = j.key AND f.options = '')
    """,
    """
    UPDATE report SET free = found.free FROM (
      SELECT id, jsonb_agg(key ORDER BY key COLLATE "C") AS free FROM (
        SELECT DISTINCT r.id, j.key FROM report r JOIN action a ON a.id = r.action_id
        CROSS JOIN LATERAL jsonb_object_keys(CASE jsonb_typeof(r.answers) WHEN 'object' THEN r.answers ELSE '{}' END) j(key)
        JOIN custom_field f ON f.campaign_id = a.campaign_id AND f.title = j.key AND f.options = '') each
      GROUP BY id) found
    WHERE found.id = report.id
    """,
)
NEWEST = """
    WITH newest AS (SELECT r.* FROM report r JOIN (SELECT MAX(r.id) AS id FROM report r JOIN action a ON a.id = r.action_id
                                                   GROUP BY r.conversation_id) n ON n.id = r.id)
    INSERT INTO answer_tally (action_id, user_id, kind, name, value, number)
    SELECT action_id, user_id, kind, name, value, COUNT(*) FROM (%s) each GROUP BY action_id, user_id, kind, name, value
"""
COUNTED = (
    """
    SELECT r.action_id, r.user_id, 'tag' AS kind, substr(t.value, 1, 80) AS name, '' AS value
    FROM newest r, json_each(r.tags) t
    UNION ALL
    SELECT r.action_id, r.user_id, 'field', substr(j.key, 1, 80), CASE WHEN EXISTS (
      SELECT 1 FROM json_each(r.free) f WHERE f.value = j.key) THEN '\u2026' ELSE substr(j.value, 1, 100) END
    FROM newest r, json_each(r.answers) j WHERE json_type(r.answers) = 'object'
    """,
    """
    SELECT r.action_id, r.user_id, 'tag' AS kind, substr(t.value, 1, 80) AS name, '' AS value
    FROM newest r CROSS JOIN LATERAL jsonb_array_elements_text(r.tags) t(value)
    UNION ALL
    SELECT r.action_id, r.user_id, 'field', substr(j.key, 1, 80),
      CASE WHEN jsonb_exists(r.free, j.key) THEN '\u2026' ELSE substr(j.value, 1, 100) END
    FROM newest r
    CROSS JOIN LATERAL jsonb_each_text(CASE jsonb_typeof(r.answers) WHEN 'object' THEN r.answers ELSE '{}' END) j(key, value)
    """,
)


async def fill(apps: Any, state_editor: Any) -> None:
    await database.rows(*TYPED)
    await database.rows(NEWEST % COUNTED[0], NEWEST % COUNTED[1])


class Migration(migrations.Migration):
    dependencies = [("models", "0023_bounds")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="AnswerTally",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("action_id", fields.IntField()),
                    ("user_id", fields.IntField(default=0)),
                    ("kind", fields.CharField(max_length=5)),
                    ("name", fields.CharField(max_length=80)),
                    ("value", fields.CharField(default="", max_length=100)),
                    ("number", fields.IntField(default=0)),
                ],
                options={"table": "answer_tally", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            )
        ),
        AddColumns(
            ops.AddField(model_name="Report", name="free", field=fields.JSONField(default=list, db_default="[]")),
        ),
        ops.RunPython(fill),
    ]
