"""The call log: who called which of our numbers, where they left, and what was played to them."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from service.reminders import call_log
from service.web.console import call_words
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

ON_A_PAGE = 40


def add(console: Console) -> None:
    """The log, and one call."""

    @console.page("/calls", Permission.SEE_INBOX)
    def calls(seat: Seat) -> ResponseReturnValue:
        before = request.args.get("before", "")
        start = int(before) if before.isdecimal() and len(before) < 10 else 0
        with seat.write() as connection:
            # Only the first page shows what is new, so only it counts as having looked.
            since = 0 if start else call_log.look(connection, seat.clinic_id, seat.me.staff_id, seat.now)
            found = call_log.listed(
                connection, seat.clinic_id, before=start, most=ON_A_PAGE + 1, since=since or seat.now
            )
            shown = found[:ON_A_PAGE]
            people = call_words.callers(connection, seat, [one.call for one in shown])
        page = seat.show(
            "calls.html",
            calls=shown,
            callers=people,
            place=lambda place: call_words.place_name(seat, place),
            our_number=call_words.our_number,
            new=sum(one.new for one in shown),
            further=shown[-1].id if len(found) > ON_A_PAGE else 0,
        )
        seat.note_shown(patient_id for caller in people.values() for patient_id, _ in caller.people)
        return page

    @console.page("/calls/<int:call_id>", Permission.SEE_INBOX)
    def one_call(seat: Seat, call_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            found = call_log.find(connection, seat.clinic_id, call_id)
            if found is None:
                abort(404)
            people = call_words.callers(connection, seat, [found.call])
            seat.note(connection, "call seen", f"call {call_id}")
        page = seat.show(
            "call.html",
            call=found.call,
            whose=people.get(found.call.phone, call_words.Caller()),
            steps=list(call_words.played(seat, found.call)),
            left_at=call_words.place_name(seat, found.call.place),
            our_number=call_words.our_number(found.call),
        )
        seat.note_shown(patient_id for caller in people.values() for patient_id, _ in caller.people)
        return page
