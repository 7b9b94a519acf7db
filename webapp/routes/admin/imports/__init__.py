"""Uploads: the file, its columns, its progress, its refused rows (SPEC C1)."""

from __future__ import annotations

from litestar import Request, Response

from webapp.http import pages
from webapp.models.accounts.users import Membership
from webapp.models.imports.job import ContactImport


def to_import(request: Request, member: Membership, job: ContactImport) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/imports/{job.id}")
