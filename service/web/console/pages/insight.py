"""Insight: four pictures with their tables, of what the clinic can change tomorrow."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from service.web.console import insight_figures as figures
from service.web.console.console import Console
from service.web.console.insight_leaving import DAYS_BACK as LEFT_DAYS
from service.web.console.insight_leaving import WAYS, leaving
from service.web.console.permissions import Permission
from service.web.console.seat import Seat


def add(console: Console) -> None:
    """The one page."""

    @console.page("/insight", Permission.SEE_INSIGHT)
    def insight(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            missed, open_visits = figures.not_reached(connection, seat), figures.unconfirmed(connection, seat)
            days = figures.sent(connection, seat)
            left = leaving(connection, seat)
        return seat.show(
            "insight.html",
            missed=missed,
            unconfirmed=open_visits,
            any_unconfirmed=any(bar.count != 0 for bar in open_visits),
            days=days,
            most=figures.tallest(days),
            texts=sum(day.texts for day in days),
            calls=sum(day.calls for day in days),
            dollars=sum(day.dollars for day in days),
            days_back=figures.DAYS_BACK,
            smallest=figures.SMALLEST,
            left=left,
            ways=WAYS,
            weeks_back=LEFT_DAYS // 7,
        )
