"""人 — a row of the contacts as a value; a floor of its own, because enrolling and what enrolling sets off need it."""

from __future__ import annotations

from domain.contact import Contact
from outreach.storage.people import ContactRecord


def as_contact(row: ContactRecord) -> Contact:
    return Contact(row.id, row.name, row.phone, row.locale, row.consent_version)
