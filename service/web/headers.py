"""Headers that every page of ours carries (OWASP ASVS 5.0, 3.4)."""

from __future__ import annotations

from flask import Flask, Response, request

# Our pages load scripts, styles, pictures and recordings of our own and nothing else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def register(app: Flask, *, encrypted: bool) -> None:
    """Add the headers to every answer; `encrypted` tells browsers to come back by https only."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        if request.blueprint == "twilio":
            # Read by Twilio alone; what protects a browser would only cost time here.
            response.headers["Cache-Control"] = "no-store"
            return response
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # frame-ancestors says the same to every browser of today; scanners and old ones look for this.
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers.setdefault("Cache-Control", "no-store")
        if encrypted:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response
