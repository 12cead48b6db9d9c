"""The pages of a sign-in: HTML without script, that loads nothing and repeats nothing it was sent.

Forms have labels and errors are announced (WCAG 2.2, success criteria 3.3.1, 3.3.2 and 4.1.3).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from html import escape

from flask import Response

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 24rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.4rem; }
label, input, button { display: block; font: inherit; }
input { box-sizing: border-box; width: 100%; padding: .4rem; margin-bottom: 1rem;
  border: 1px solid #767676; }
button { display: inline-block; padding: .4rem 1.2rem; margin-right: .5rem; }
[role=alert] { border-left: 4px solid #b00020; padding-left: .8rem; }
"""
_STYLE_SOURCE = "sha256-" + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_CODE = """<label for="code">Code that the device shows</label>
<input id="code" name="code" required autocomplete="off" autocapitalize="characters">
"""
_FORM = """<form method="post" accept-charset="utf-8">
{code}<label for="username">User name</label>
<input id="username" name="username" type="email" required autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" required autocomplete="current-password">
<button name="choice" value="sign-in">Sign in</button>
<button name="choice" value="cancel"{novalidate}>Cancel</button>
</form>"""


def sign_in(application: str, wrong: str = "", *, goes_to: str = "", status: int = 200) -> Response:
    """The form in which a user signs in to an application; `wrong` is what was amiss before.

    `goes_to` is the source that the form's answer redirects to.
    """
    about = f"<p>to continue to {escape(application)}</p>"
    form = _FORM.format(code="", novalidate=" formnovalidate")
    return _page(
        "Sign in", _alert(wrong) + about + form, forms_to=f"'self' {goes_to}", status=status
    )


def device(wrong: str = "", *, status: int = 200) -> Response:
    """The form in which a user enters the code of a device and signs in for it."""
    about = "<p>Only enter a code that you asked for yourself on a device that is yours.</p>"
    form = _FORM.format(code=_CODE, novalidate="")
    return _page(
        "Sign in on a device", _alert(wrong) + about + form, forms_to="'self'", status=status
    )


def message(title: str, text: str, *, status: int = 200) -> Response:
    """A page that only says something."""
    return _page(title, f"<p>{escape(text)}</p>", status=status)


def error(text: str, status: int) -> Response:
    """What is wrong with a request that can go back to no application."""
    return _page("This sign-in cannot go on", _alert(text), status=status)


def form_post(uri: str, answer: Mapping[str, str], source: str) -> Response:
    """A form that carries an answer to a client when its user presses the button.

    OAuth 2.0 Form Post Response Mode, clause 2; of the request it holds the state alone, and the
    address, which is a registered one.
    """
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in answer.items()
    )
    form = f'<form method="post" action="{escape(uri)}">{fields}<button>Continue</button></form>'
    return _page("Back to the application", form, forms_to=source)


def _alert(text: str) -> str:
    return f'<p role="alert">{escape(text)}</p>' if text else ""


def _page(title: str, content: str, *, forms_to: str = "'none'", status: int = 200) -> Response:
    whole = (
        '<!doctype html>\n<html lang="en">\n'
        f'<head><meta charset="utf-8"><title>{title} - mdm-sim</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{title}</h1>\n{content}\n</main></body></html>\n"
    )
    policy = (
        f"default-src 'none'; style-src '{_STYLE_SOURCE}'; form-action {forms_to.strip()}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response = Response(whole, status, mimetype="text/html")
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy,
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
    )
    return response
