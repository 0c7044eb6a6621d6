"""Forms on case pages: what is shown, what is asked with an action, what came back.

One place between the services, which give effective forms, and the renderer, which draws them.
"""

from __future__ import annotations
