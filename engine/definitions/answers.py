"""Where a version puts what a connector answers to a question that another version asked."""

from __future__ import annotations

from engine.definitions.process import Process, Step, effects_of


def asked_by(step: Step) -> tuple[str, ...]:
    """Return the connectors whose answer a step waits for."""
    if step.wait is None or step.wait.answer is None:
        return ()
    into = step.wait.answer
    return tuple(one.name for one in step.do if one.kind == "connector" and one.into == into)


def answered_into(process: Process, step: Step, connector: str, into: str) -> str:
    """Return where the answer goes that was asked at a step to go ``into`` some place.

    It goes there unless the process asks the connector to put nothing there any more; then where
    the step puts it now, if that is one place.
    """
    everywhere = {
        one.into for one in effects_of(process) if one.kind == "connector" and one.name == connector
    }
    here = {one.into for one in step.do if one.kind == "connector" and one.name == connector}
    (only,) = here if len(here) == 1 else (None,)
    return only if only is not None and into not in everywhere else into
