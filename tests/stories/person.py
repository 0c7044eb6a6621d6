"""People at their browsers: what they press, what they see. Every page seen is checked by axe."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.stories.site import PASSWORD, Site
from tests.support import browser

AXE = Axe().axe_script
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}


class Person:
    """One person's browser."""

    def __init__(self, site: Site, page: Page, login: str, people: "People") -> None:
        self.site, self.page, self.login, self.people = site, page, login, people
        self.errors: list[str] = []
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.errors.append(message.text)

    # ------------------------------------------------------------ going

    def signs_in(self) -> "Person":
        self.page.goto(f"{self.site.url}/sign-in")
        self.page.get_by_label("用户名").fill(self.login)
        self.page.get_by_label("密码").fill(PASSWORD)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="登录", exact=True).click()
        return self

    def goes(self, path: str) -> "Person":
        self.page.goto(f"{self.site.url}{path}")
        return self

    def opens(self, *captions: str) -> "Person":
        """Follow entries of the menu or links by their captions."""
        for caption in captions:
            self._follows(caption)
        return self

    def takes(self, name: str = "张三", caption: str = "审核") -> "Person":
        """Follow the link of a row of a list."""
        return self._follows(f"{caption} {name}")

    def _follows(self, link: str) -> "Person":
        # A click returns before the next page is there: who looks then sees a page being left.
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link).first.click()
        return self

    def presses(self, caption: str) -> "Person":
        self.page.get_by_role("button", name=caption, exact=True).first.click()
        return self

    # ------------------------------------------------------------ filling in

    def fills(self, label: str, text: str) -> "Person":
        self.page.get_by_label(label).first.fill(text)
        return self

    def picks(self, label: str, option: str) -> "Person":
        """Choose in a list or among radio buttons."""
        group = self.page.get_by_role("group", name=label)
        if group.count():
            group.first.get_by_label(option).first.check()
        else:
            options = self.page.get_by_label(label).first.locator("option", has_text=option)
            options.first.wait_for(state="attached")
            value = options.first.get_attribute("value")
            self.page.get_by_label(label).first.select_option(value)
        return self.waits()

    def waits(self) -> "Person":
        """Until the page has been told what depends on the last choice."""
        self.page.wait_for_timeout(120)
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        return self

    # ------------------------------------------------------------ looking

    def sees(self, text: str) -> "Person":
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def sees_not(self, text: str) -> "Person":
        expect(self.page.locator("main")).not_to_contain_text(text)
        return self

    def looks(self, name: str) -> "Person":
        """Check the page for accessibility and photograph it, wide and narrow."""
        self.page.evaluate(AXE)
        # Only what is wrong: what is right is a quarter of a megabyte for a long form.
        found = self.page.evaluate("async rules => (await axe.run(rules)).violations", RULES)
        said = [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
        assert said == [], f"{name}: {said}"
        assert self.errors == [], f"{name}: {self.errors}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: {wide} pixels wider than the window"
        self.people.photograph(self.page, name)
        return self


class People:
    """Everybody, each with an own browser session."""

    def __init__(self, site: Site, chromium: Browser, folder: str | None) -> None:
        self.site, self.chromium, self.folder = site, chromium, folder
        self.known: dict[str, Person] = {}
        self.contexts = []

    def __call__(self, login: str) -> Person:
        """The person with that account, signed in."""
        if login not in self.known:
            context = self.chromium.new_context(**browser.CONTEXT)
            self.contexts.append(context)
            person = Person(self.site, context.new_page(), login, self)
            self.known[login] = person.signs_in()
        return self.known[login]

    def stranger(self) -> Person:
        """Somebody who has not signed in."""
        context = self.chromium.new_context(**browser.CONTEXT)
        self.contexts.append(context)
        return Person(self.site, context.new_page(), "", self)

    def at(self, text: str) -> None:
        """Move the clock; sign-ins have run out by then."""
        self.site.at(text)
        self.known.clear()

    def photograph(self, page: Page, name: str) -> None:
        if not self.folder:
            return
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(self.folder) / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=Path(self.folder) / f"{name}-390.png", full_page=True)
        page.set_viewport_size(browser.CONTEXT["viewport"])

    def close(self) -> None:
        for context in self.contexts:
            context.close()
