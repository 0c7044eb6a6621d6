"""A tiny application that shows forms in a browser, under the policy the platform serves."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask, Response, render_template_string, request

from admin import forms as pages
from engine.forms import EffectiveForm, Form, Rights, check
from tests.forms.world import SAMPLE, World, surroundings

ADMIN = Path(pages.__file__).parent
PAGE = (SAMPLE / "page.html").read_text("utf-8")
POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'"


def make_app(
    form: Form, world: World, data: dict[str, object], rights: Rights | None = None
) -> Flask:
    """Serve one form: ``/`` to fill in, ``/read``, ``/print`` and ``/diff``."""
    app = Flask("forms", root_path=str(ADMIN), static_folder="static", template_folder="templates")
    app.secret_key = b"test"
    stored: dict[str, object] = {"data": data, "before": data}
    app.extensions["stored"] = stored

    def look() -> EffectiveForm:
        now: dict[str, object] = stored["data"]  # type: ignore[assignment]
        return form.effective(now, surroundings(world), rights or Rights())

    def shown(drawn: str, url: str, done: str = "") -> str:
        return render_template_string(PAGE, title=form.title, form=drawn, url=url, done=done)

    def fill() -> str:
        if request.method == "GET":
            return shown(pages.render(look(), file_url="/file/{}".format), "/")
        back = pages.receive(look(), request.form, request.files, world.keep)
        errors, done = list(back.errors), ""
        if not back.unfinished:
            complete = request.form.get("do") == "submit"
            errors = check(back.form, complete=complete)
            if not [error for error in errors if not error.warning]:
                stored["data"], done = back.form.submitted if complete else back.data, "已提交"
        drawn = pages.render(
            back.form, errors=errors, received=back, file_url="/file/{}".format,
            template_url="/template/{}".format,
        )  # fmt: skip
        return shown(drawn, "/", done)

    def other(mode: str) -> str:
        before = form.effective(stored["before"], surroundings(world))  # type: ignore[arg-type]
        drawn = pages.render(look(), mode, before=before, file_url="/file/{}".format)  # type: ignore[arg-type]
        return shown(drawn, f"/{mode}")

    def file(uid: str) -> Response:
        return Response(world.contents.get(uid, b""), mimetype="image/png")

    @app.before_request
    def wait() -> None:
        if request.method == "POST":
            time.sleep(app.config.get("WAIT", 0))

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    app.add_url_rule("/", "fill", fill, methods=["GET", "POST"])
    app.add_url_rule("/<any(read, print, diff):mode>", "other", other)
    app.add_url_rule("/file/<uid>", "file", file)
    return app
