"""Forms: fields whose labels, hints and errors are phrases of the console, read and checked by WTForms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import Form as Base
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, StopValidation

# What WTForms says by itself, as phrases of ours.
OWN = {
    "This field is required.": "forms.required",
    "Not a valid choice.": "forms.choice",
    "Not a valid integer value.": "forms.number",
    "Not a valid date value.": "forms.date",
    "Not a valid time value.": "forms.time",
    "Invalid Choice: could not coerce.": "forms.choice",
}
# A line of text has no control characters; they break files and printouts.
LINE = 200


class _Ours:
    """Hands WTForms our phrases in place of its sentences."""

    def gettext(self, string: str) -> str:
        return OWN.get(string, string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return OWN.get(singular, singular)


class Form(Base):  # type: ignore[misc]
    """A form of ours. Labels are phrase names; a `description` is the phrase of the hint below the label."""

    class Meta:
        def get_translations(self, form: Base) -> Any:
            return _Ours()

    def failed(self) -> Iterator[tuple[str, str]]:
        """The id and the phrase of each field in error, in the order of the page."""
        for field in self:
            for error in field.errors[:1]:
                yield field.id, str(error)

    def refuse(self, field: str, phrase: str) -> None:
        """Put an error beside a field after our own checks."""
        self[field].errors = (*self[field].errors, phrase)


def line(
    label: str, hint: str = "", *, required: bool = True, most: int = LINE, short: bool = False, **attributes: str
) -> StringField:
    """A field for one line of text, with blanks at its ends taken away."""
    rules: list[Any] = [InputRequired("forms.required")] if required else []
    return StringField(
        label,
        description=hint,
        filters=[lambda value: (value or "").strip()],
        validators=[*rules, Length(max=most, message="forms.too_long"), _no_control],
        render_kw={"maxlength": str(most), **({"class": "short"} if short else {}), **attributes},
    )


def _no_control(form: Base, field: Any) -> None:
    if any(not character.isprintable() for character in field.data or ""):
        raise StopValidation("forms.control")


def chosen(values: Mapping[str, str]) -> list[SelectChoice]:
    """Choices for a select or radio field: value and phrase."""
    return [SelectChoice(value, phrase) for value, phrase in values.items()]
