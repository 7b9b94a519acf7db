"""The advisory locks of PostgreSQL, one place for all: two that had one number would wait for each other.

A number stays: while a new version comes in, processes of the old one hold the same locks."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """Taken by `database.lock` with the number of a campaign, or of whatever is named here, 0 where there is one for all."""

    MAKING_CONTACTS = (
        4711  # shared while contacts are created, alone while many phones opt out: neither misses the other
    )
    NAMING_LISTS = 4712  # looking for a contact list by its name, and creating it
    DERIVING_ZONES = 4716  # 0: which version of the tables is the latest doesn't change while a slice is written
    POWERS = 4713  # by membership: what one volunteer opts out or blocks goes one after the other
    REPLACING_DISTRICTS = 5
    KEEPING_DEVICES = 4715  # by the endpoint's checksum
    CONNECTING_VAN = 4719  # a campaign's key, codes and VAN's lists change one after the other
    NAMING_FORMS = 4717  # looking for a free slug or keyword of an opt-in form, and taking it
    ADDING_NUMBERS = 7_267_003  # 0: a number is added, or a text to a number of no campaign is set aside
    LISTING_ACCOUNT = 4718  # 0: replacing the list of the account's numbers
    WARNING_OF_CARRIERS = 7_267_025  # 0
