"""The zones that are written down are those that the data gives (SPEC S1)."""

from __future__ import annotations

from webapp.rules.zones import zone_names, zone_tables


def test_the_zones_written_down_are_those_the_data_gives() -> None:
    """Where it fails, bin/zone_names writes them again."""
    states, codes = zone_tables.made()
    assert zone_names.by_key(zone_names.STATES) == states
    assert zone_names.by_key(zone_names.AREA_CODES) == codes
