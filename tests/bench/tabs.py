"""What a person sees in a browser, and when: shared by the parts that drive one.

Times are taken inside the page: from the start of a load, or from the press of a button or a key,
to the animation frame in which the awaited text stands there, across a change of page too.
Playwright's own round trips are not in them.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.browser.tabs import FLAGS, installed_chromium

WINDOW = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "timezone_id": "Europe/Berlin",
}
PATIENCE_MS = 60_000
FIRST_ROW = "canvas"
"""Stands for a selector: the text in the first row of Streamlit's table, which is a drawing. The
cells that it keeps for screen readers may follow a fifth of a second later. After any other
selector, @name stands for an attribute in place of the text."""

# Runs at the start of every document. A page that replaces another finds in the session's storage
# what is waited for, and since when.
SCRIPT = """(() => {
  if (window !== top || !location.protocol.startsWith('http')) return;
  const awaited = AWAITED, kept = sessionStorage;
  let drawn = '';
  window.__loaded = {};
  window.__shown = (selector) => {
    if (selector === 'canvas') return drawn;
    const [place, attribute] = selector.split('@');
    const found = document.querySelector(place);
    if (!found) return '';
    if (attribute) return found.getAttribute(attribute) ?? '';
    return (found.matches('input') ? found.value : found.textContent).trim();
  };
  const look = () => {
    for (const [name, selector] of Object.entries(awaited))
      if (!(name in __loaded) && __shown(selector)) __loaded[name] = performance.now();
    const wanted = JSON.parse(kept.getItem('wanted'));
    if (!wanted || !kept.getItem('acted')) return;
    const text = __shown(wanted.selector);
    if (!text || text === wanted.before) return;
    kept.removeItem('wanted');
    kept.setItem('took', performance.timeOrigin + performance.now() - kept.getItem('acted'));
  };
  const frame = () => { look(); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  for (const kind of ['pointerdown', 'keydown'])
    addEventListener(kind, (event) => {
      if (kept.getItem('wanted')) kept.setItem('acted', performance.timeOrigin + event.timeStamp);
    }, true);
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    if (x < 100 && y > 40 && y < 68 && text.trim()) { drawn = text.trim(); look(); }
    return draw.call(this, text, x, y, ...rest);
  };
})()"""
AWAIT = """([selector, before]) => {
  for (const name of ['took', 'acted']) sessionStorage.removeItem(name);
  sessionStorage.setItem('wanted', JSON.stringify({selector, before}));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, or the one that Playwright fetched."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=list(FLAGS))
        yield browser
        browser.close()


class Wire:
    """Counts what arrives over the network, as compressed as it arrives.

    The browser hands over the frames of a websocket unpacked; where it was agreed that they come
    compressed, they are compressed here once more, as the server does it.
    """

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        self._packers: dict[str, zlib._Compress] = {}
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda e: self._add(e["encodedDataLength"]))
        session.on("Network.webSocketHandshakeResponseReceived", self._agreed)
        session.on("Network.webSocketFrameReceived", self._frame)

    def _add(self, size: float) -> None:
        self.bytes += int(size)

    def _agreed(self, event: dict) -> None:
        headers = event["response"]["headers"].items()
        agreed = next((v for name, v in headers if name.lower() == "sec-websocket-extensions"), "")
        if "permessage-deflate" in agreed:
            bits = re.search(r"server_max_window_bits=(\d+)", agreed)
            packer = zlib.compressobj(wbits=-int(bits[1] if bits else 15))
            self._packers[event["requestId"]] = packer

    def _frame(self, event: dict) -> None:
        payload = event["response"]["payloadData"]
        content = (
            base64.b64decode(payload) if event["response"]["opcode"] == 2 else payload.encode()
        )
        packer = self._packers.get(event["requestId"])
        if packer is not None:
            content = packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)
        self._add(len(content))

    def taken(self) -> float:
        """kB since the last call."""
        size, self.bytes = self.bytes / 1_000, 0
        return size


class Tab:
    """A fresh private window, its page not loaded yet.

    awaited  what makes a load useful: names, and the selector whose first text counts
    settled  the selector that holds when nothing more is to come
    """

    def __init__(self, browser: Browser, awaited: Mapping[str, str], settled: str) -> None:
        self._context = browser.new_context(**WINDOW)
        self._context.add_init_script(SCRIPT.replace("AWAITED", json.dumps(dict(awaited))))
        self._awaited, self._settled = awaited, settled
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.wire = Wire(self._context.new_cdp_session(self.page))

    def __enter__(self) -> "Tab":
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def load(self, address: str) -> dict[str, float]:
        """Milliseconds from the start of the load to each awaited text."""
        self.page.goto(address, wait_until="commit")
        return self._loaded()

    def reload(self) -> dict[str, float]:
        """The same for a reload, with the browser's cache warm."""
        self.page.reload(wait_until="commit")
        return self._loaded()

    def _loaded(self) -> dict[str, float]:
        self.page.wait_for_function(
            "names => names.every((name) => name in __loaded)", arg=list(self._awaited)
        )
        return self.page.evaluate("__loaded")

    def settle(self) -> None:
        """Waits until nothing more is to come."""
        self.page.wait_for_selector(self._settled, state="attached")
        self.page.wait_for_timeout(400)

    def timed(self, act: Callable[[], object], selector: str) -> float:
        """Milliseconds from the last press in `act` to another text in `selector`."""
        before = self.page.evaluate("selector => __shown(selector)", selector)
        self.page.evaluate(AWAIT, [selector, before])
        act()
        self.page.wait_for_function("() => sessionStorage.getItem('took')")
        return float(self.page.evaluate("sessionStorage.getItem('took')"))
