"""Templates: what the clinic's messages say in both languages, what they cost, and who said yes to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation

from service.languages import Language
from service.reminders.letters import FORMS
from service.reminders.refused import Refused
from service.reminders.rules.template import FIELDS, Template
from service.reminders.rules.template import templates as shipped
from service.reminders.second_person import alone
from service.reminders.templates import approve_template as say_yes
from service.reminders.templates import keep_words, with_template
from service.reminders.templates import retire_template as put_away
from service.reminders.templates import take_template as take
from service.reminders.waiting import count_waiting
from service.segments import BASIC, EXTENDED
from service.storage import reminder_tables
from service.web.console.call_preview import heard_in_call
from service.web.console.console import Console
from service.web.console.forms import Form, line
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.wording import LONGEST_KIND, MOST_FORMS, Place, place, stored, verdicts, written

LONGEST_WORDS = 600
KEPT = reminder_tables.templates


def _words(label: str, language: Language, *, required: bool = False) -> TextAreaField:
    rules: list[Any] = [InputRequired("forms.required")] if required else []
    return TextAreaField(
        label,
        filters=[lambda typed: "\n".join((typed or "").split("\r\n")).strip()],
        validators=[*rules, Length(max=LONGEST_WORDS, message="forms.too_long"), _no_control],
        render_kw={"rows": "7", "lang": language.value, "spellcheck": "true"},
    )


def _no_control(form: Form, field: Any) -> None:
    if any(not c.isprintable() and c != "\n" for c in field.data or "") or FORMS.strip() in (field.data or ""):
        raise StopValidation("forms.control")


class TemplateForm(Form):
    """A template: its name, and up to three forms in each language."""

    kind = line("templates.name", "templates.name_hint", most=LONGEST_KIND)
    en_1 = _words("templates.en_1", Language.ENGLISH, required=True)
    en_2 = _words("templates.en_2", Language.ENGLISH)
    en_3 = _words("templates.en_3", Language.ENGLISH)
    es_1 = _words("templates.es_1", Language.SPANISH, required=True)
    es_2 = _words("templates.es_2", Language.SPANISH)
    es_3 = _words("templates.es_3", Language.SPANISH)

    def template(self) -> Template:
        """What was written."""
        forms = {
            language: [self[f"{language}_{n}"].data or "" for n in range(1, MOST_FORMS + 1)] for language in Language
        }
        return written(self.kind.data or "", forms)


def add(console: Console) -> None:
    """The list, one template, writing one, and the yes of a second person."""

    @console.page("/templates", Permission.SEE_TEMPLATES)
    def templates(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            rows = _standing(connection, seat.clinic_id)
        kinds: dict[str, list[Any]] = {}
        for row in rows:
            kinds.setdefault(row["kind"], []).append(row)
        return seat.show(
            "templates.html",
            kinds={kind: _of_interest(found) for kind, found in kinds.items()},
            lacking=[kind for kind in shipped() if kind not in kinds],
        )

    @console.page("/templates/take", Permission.CHANGE_TEMPLATES, methods=("POST",))
    def take_template(seat: Seat) -> ResponseReturnValue:
        with seat.write() as connection:
            kind = request.form.get("kind", "")
            made = take(connection, seat.clinic_id, kind, seat.name, seat.now)
        return seat.back("template", "templates.taken", template_id=made)

    @console.page("/templates/new", Permission.CHANGE_TEMPLATES, methods=("GET", "POST"))
    def new_template(seat: Seat) -> ResponseReturnValue:
        begun = shipped().get(request.args.get("from", ""))
        return _edit(seat, TemplateForm(request.form, data=_data("", begun) if begun else {}), 0)

    @console.page("/templates/<int:template_id>", Permission.SEE_TEMPLATES)
    def template(seat: Seat, template_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            row = _row(connection, seat.clinic_id, template_id)
            where = place(connection, seat.clinic_id, seat.now)
            versions = [one for one in _standing(connection, seat.clinic_id) if one["kind"] == row["kind"]]
            by_oneself = alone(connection, seat.clinic_id, seat.name)
            waiting = (
                0 if row["retired_at"] else count_waiting(connection, seat.clinic_id, with_template(template_id))
            )
        kept = stored(row["kind"], row["en"], row["es"])
        return seat.show(
            "template.html",
            row=row,
            verdicts=verdicts(kept, where, seat.language),
            heard=heard_in_call(seat, row["kind"], where),
            versions=versions,
            mine=row["first_by"] == seat.name and not by_oneself,
            waiting=waiting,
        )

    @console.page("/templates/<int:template_id>/edit", Permission.CHANGE_TEMPLATES, methods=("GET", "POST"))
    def edit_template(seat: Seat, template_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            row = _row(connection, seat.clinic_id, template_id)
        data = _data(row["kind"], stored(row["kind"], row["en"], row["es"]))
        form = TemplateForm(request.form, data=data)
        form.kind.data = row["kind"]
        return _edit(seat, form, template_id)

    @console.page("/templates/<int:template_id>/approve", Permission.APPROVE_TEMPLATES, methods=("POST",))
    def approve_template(seat: Seat, template_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            _row(connection, seat.clinic_id, template_id)
            say_yes(connection, seat.clinic_id, template_id, seat.name, seat.now)
        return seat.back("template", "templates.approved", template_id=template_id)

    @console.page("/templates/<int:template_id>/retire", Permission.CHANGE_TEMPLATES, methods=("POST",))
    def retire_template(seat: Seat, template_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            _row(connection, seat.clinic_id, template_id)
            stopped = put_away(connection, seat.clinic_id, template_id, seat.name, seat.now)
        return seat.back("templates", "templates.retired", {"count": str(stopped)})


def _edit(seat: Seat, form: TemplateForm, template_id: int) -> ResponseReturnValue:
    """The page on which a template is written; `check` looks at it, `save` keeps it."""
    with seat.read() as connection:
        where = place(connection, seat.clinic_id, seat.now)
    sent = request.method == "POST"
    if sent and form.validate() and "save" in request.form:
        try:
            with seat.write() as connection:
                made = keep_words(connection, seat.clinic_id, form.template(), seat.name, seat.now)
            return seat.back("template", "templates.saved", template_id=made)
        except Refused:
            _put_remarks(form, where, seat.language)
    return seat.show(
        "template_edit.html",
        422 if form.errors else 200,
        form=form,
        template_id=template_id,
        verdicts=verdicts(form.template(), where, seat.language) if form.en_1.data or form.es_1.data else (),
        fields=sorted(FIELDS),
        counter=_for_the_counter(form.template(), where),
    )


def _put_remarks(form: TemplateForm, where: Place, speak: Language) -> None:
    for verdict in verdicts(form.template(), where, speak):
        for remark in verdict.remarks:
            form.refuse(f"{verdict.language}_1", remark)


def _for_the_counter(template: Template, where: Place) -> dict[str, Any]:
    """What the script needs to count while somebody types: the two alphabets and the fields, ordinary and longest."""
    return {
        "basic": "".join(sorted(BASIC)),
        "extended": "".join(sorted(EXTENDED)),
        "longest": {language.value: where.longest(template, language) for language in Language},
        "sample": {language.value: where.sample(template.id, language) for language in Language},
    }


def _data(kind: str, template: Template) -> dict[str, str]:
    found = {f"{language}_{n}": words for language, n, words in _forms(template)}
    return {"kind": kind, **found}


def _forms(template: Template) -> Iterator[tuple[Language, int, str]]:
    for language in Language:
        for n, words in enumerate(template.forms[language][:MOST_FORMS], 1):
            yield language, n, words


def _standing(connection: Connection, clinic_id: int) -> list[Any]:
    """The templates of a clinic that are not retired, by kind, the newest first."""
    mine = KEPT.select().where(KEPT.c.clinic_id == clinic_id, KEPT.c.retired_at.is_(None))
    return list(connection.execute(mine.order_by(KEPT.c.kind, KEPT.c.version.desc())).mappings())


def _of_interest(found: list[Any]) -> list[Any]:
    """Of the versions of one kind, the newest first: those that wait, down to the one in use."""
    shown = []
    for row in found:
        shown.append(row)
        if row["approved_at"]:
            break
    return shown


def _row(connection: Connection, clinic_id: int, template_id: int) -> Any:
    mine = KEPT.select().where(KEPT.c.clinic_id == clinic_id, KEPT.c.id == template_id)
    return connection.execute(mine).mappings().one_or_none() or abort(404)
