"""What scripts add to templates and broadcasts, and that all of it works without them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select, update

from service.storage.reminder_tables import broadcasts, contacts, deliveries

pytestmark = pytest.mark.browser


@pytest.fixture
def under_way(served: Any) -> int:
    """A broadcast to four phones that has begun."""
    now, clinic_id = int(served.clock()), served.sample.clinic_id
    with served.parts.database.write() as connection:
        row = {"clinic_id": clinic_id, "kind": "broadcast", "name": "Under way", "state": "sending", "made_at": now}
        run = connection.execute(insert(broadcasts).values(row).returning(broadcasts.c.id)).scalar_one()
        phones = connection.execute(select(contacts.c.id).where(contacts.c.clinic_id == clinic_id).limit(4)).scalars()
        for phone in phones.all():
            message = {"clinic_id": clinic_id, "broadcast_id": run, "contact_id": phone, "due_at": now}
            connection.execute(insert(deliveries).values(message))
    return int(run)


def test_the_counter_names_an_expensive_character_as_it_is_typed(open_page) -> None:
    page = open_page("/console/templates/new?from=visit")
    page.get_by_label("English words", exact=True).press("Control+End")
    page.keyboard.type(" ë")
    expect(page.locator("[data-count=en_1]")).to_contain_text("ë → e")
    expect(page.locator("[data-said]")).to_contain_text("cost double")


@pytest.mark.parametrize("script", [True, False])
def test_the_price_and_the_phone_are_shown_with_and_without_a_script(open_page, script) -> None:
    page = open_page("/console/templates/new", java_script_enabled=script)
    page.get_by_label("Name").fill("Parking")
    page.get_by_label("English words", exact=True).fill("{clinic}: the garage is shut. {phone} STOP = end")
    page.get_by_label("Spanish words", exact=True).fill("{clinic}: cochera cerrada. {phone} ALTO = fin")
    page.get_by_role("button", name="Check without saving").press("Enter")
    expect(page.locator("[data-phone=en] .bubble")).to_contain_text("Lakeside Clinic: the garage is shut.")
    expect(page.locator("[data-count=en_1]")).to_contain_text("1 text")


def test_the_bar_moves_by_itself_and_the_sum_stays(open_page, served, under_way) -> None:
    page = open_page(f"/console/broadcasts/{under_way}")
    expect(page.locator("#bar-label")).to_have_text("0 of 4 handed over")
    page.evaluate("window.stays = true")
    with served.parts.database.write() as connection:
        mine = deliveries.c.broadcast_id == under_way
        first = select(deliveries.c.id).where(mine).limit(3)
        connection.execute(update(deliveries).where(deliveries.c.id.in_(first)).values(state="delivered"))
    expect(page.locator("#bar-label")).to_have_text("3 of 4 handed over")
    expect(page.locator(".sum li").last).to_contain_text("4")
    expect(page.locator("#said")).to_contain_text("75 percent")
    assert page.evaluate("window.stays")


def test_without_a_script_a_link_shows_how_far_it_is_and_two_presses_cancel(open_page, served, under_way) -> None:
    page = open_page(f"/console/broadcasts/{under_way}", java_script_enabled=False)
    with served.parts.database.write() as connection:
        mine = deliveries.c.broadcast_id == under_way
        connection.execute(update(deliveries).where(mine).values(state="accepted"))
    page.get_by_role("link", name="Show how far it is now").press("Enter")
    expect(page.locator("#bar-label")).to_have_text("4 of 4 handed over")
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_text("What was being handed over at this moment still goes")).to_be_visible()
    page.get_by_text("Cancel for good").press("Enter")
    page.get_by_role("button", name="Yes, cancel it").press("Enter")
    expect(page.get_by_text("What went out before stays")).to_be_visible()
