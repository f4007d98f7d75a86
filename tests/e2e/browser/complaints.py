"""What a browser complains about: console errors (a broken Content-Security-Policy is one) and uncaught exceptions."""

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError


class Complaints:
    """The complaints about all pages of a browser context that no test has expected."""

    def __init__(self, context: BrowserContext) -> None:
        self.open: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def expect(self, *parts: str) -> None:
        """For each of `parts` there must be a complaint with that text in it; they are settled by this."""
        for part in parts:
            settled = [text for text in self.open if part in text]
            assert settled, f"nothing like {part!r} among the browser's complaints {self.open}"
            self.open = [text for text in self.open if part not in text]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.open.append(f"{message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        self.open.append(str(error.error))
