"""Names, states and area codes, taken in turn, so that every run makes the same contacts."""

from __future__ import annotations

_FIRST = (
    "Ana Ben Carla David Elena Frank Gloria Hugo Ines Jack Karen Luis Maria "
    "Noah Olga Pablo Quinn Rosa Sam Tina Uma Victor Wendy Xavier Yara Zoe"
)
_LAST = (
    "Adams Baker Castillo Delgado Evans Flores Garcia Hughes Ivanov Johnson Kowalski Lopez Meyer "
    "Nguyen Ortega Perez Quintero Rivera Smith Torres Ueda Vargas Walsh Xu Young Zapata"
)
FIRST, LAST = _FIRST.split(), _LAST.split()
STATES = ["PA", "OH", "NY", "CA", "TX", "FL", "AZ", "NC", "GA", "MI"]
AREAS = ["412", "814", "215", "610", "717", "570", "484", "267", "724", "878"]
