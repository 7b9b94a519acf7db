"""A number too large for any column, and the headers of a form that our own page sends."""

from __future__ import annotations

HUGE = "99999999999999999999999999"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": "http://texts.example"}
