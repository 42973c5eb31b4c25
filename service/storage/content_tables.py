"""The tables of what staff decided about our pages in the console: reviews of words, and pages taken back."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Text

from service.storage.columns import number, table, time, words

# One installation serves one set of words, so these hold for all of its clinics. `clinic_id` and `staff_id` name who
# decided, and never whom it concerns.
content_reviews = table(
    "content_reviews",
    number(),
    number("staff_id"),
    words("item", 80, None),  # topic.ID or phrase.ID
    words("name", 80, None),
    words("role", 120, None),
    words("languages", 20, None),  # with commas
    words("read_on", 10, None),  # a day, such as 2026-11-22
    words("sha256", 64, None),
    # The words as they were read: JSON of what the fingerprint is made of.
    Column("words", Text, nullable=False),
    time("at", required=True),
    Index("content_reviews_staff", "staff_id", "id"),
)

content_withdrawals = table(
    "content_withdrawals",
    number(),
    number("staff_id"),
    words("topic", 40, None),
    words("name", 80, None),
    words("why", 300),
    time("at", required=True),
    words("reinstated_by", 80),
    Column("reinstated_staff_id", Integer),
    time("reinstated_at"),
    Index("content_withdrawals_standing", "reinstated_at", "topic"),
)
