"""The form at the door: a name and a password."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from service.web.console.forms import Form, line
from service.web.console.passwords import LONGEST


class SignInForm(Form):
    """Who, and with which password."""

    name = line("sign_in.name", autocomplete="username", autocapitalize="none", spellcheck="false")
    password = PasswordField(
        "sign_in.password",
        validators=[InputRequired("forms.required"), Length(max=LONGEST, message="sign_in.wrong")],
        render_kw={"autocomplete": "current-password"},
    )
