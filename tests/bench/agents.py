"""Many agents at once, each clicking a filter every five seconds.

They speak Streamlit's own protocol over a websocket, as the browser does; a click is a rerun of the
fragment that holds the filter bar, with another query string, and it has ended when the script has.
As in a browser, the list asks for its rows by itself meanwhile, and between their clicks the tabs
ask for news.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from statistics import quantiles

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from pages.parts.rows_ahead import PATH
from tests.bench.measurement import EMPTY_PAGE, Measurement
from tests.bench.servers import EMPTY, cpu_seconds, desk, megabytes, running
from tests.bench.table import Failure, Results

THINK_SECONDS = 5.0
CLICKS = 6
NUMBERS = (10, 50, 100, 200, 400)
USUAL = (100,)
SEVERAL = 2
"""Processes that share the largest number of agents where several may serve one database."""
TARGETS = {100: 30.0, 200: 100.0, 400: 100.0}
SEARCH = "-f_text"
"""How the id of the search field ends, which tells the fragment of the filter bar."""
FILTERS = ("within=30", "", "status=expired", "within=7", "region=EU", "q=gmbh")


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """An empty page, then each database: the largest of each engine with all numbers of agents, the
    others with the usual one, which tells how a click grows."""
    largest = max(accounts for _, accounts in urls)
    for agents in (10, 100):
        with running(EMPTY) as served:
            _measure(results, EMPTY_PAGE, 0, [served], agents)
    for (engine, accounts), url in urls.items():
        for agents in NUMBERS if accounts == largest else USUAL:
            # Each number meets a desk of its own: one that has held a hundred screens takes the
            # next ones into the room that those have left.
            with desk(url) as served:
                _measure(results, engine, accounts, [served], agents)
        if engine == "postgresql" and accounts == largest:
            with ExitStack() as together:
                served = [together.enter_context(desk(url)) for _ in range(SEVERAL)]
                _measure(results, engine, accounts, served, max(NUMBERS))
        results.write()


def _measure(
    results: Results, where: str, accounts: int, served: Sequence[tuple[str, int]], agents: int
) -> None:
    """served: address and process id of each desk; agents are spread over them evenly."""
    for address, _ in served:
        asyncio.run(_first_look(address))
    before = sum(megabytes(pid) for _, pid in served)
    day = asyncio.run(_work_day(served, agents, "" if where == EMPTY_PAGE else PATH))
    name, taken = f"{agents} agents", day.taken
    if len(served) > 1:
        name += f", {len(served)} processes"
    if not taken:
        results.fail(Failure("agents", name, where, accounts, day.errors))
        return
    worst = quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
    remark = (
        f"95th percentile {worst:.0f} ms, {day.a_second:.0f} clicks a second of "
        f"{agents / THINK_SECONDS:.0f}, CPU {day.busy:.0%}, {day.errors}"
    )

    def add(
        what: str, unit: str, values: list[float], target: float | None = None, remark: str = ""
    ) -> None:
        results.add(Measurement("agents", what, where, accounts, unit, values, target, remark))

    add(f"{name}, a click", "ms", taken, None, remark)
    add(f"{name}, 95th percentile", "ms", [worst], TARGETS.get(agents))
    if day.ahead:
        add(f"{name}, rows ahead", "ms", day.ahead)
    add(f"{name}, bytes a click", "kB", [s / 1_000 for s in day.sizes], 25)
    add(f"{name}, server memory", "MB", [day.held], 250 if agents == 10 else None)
    add(f"{name}, memory a session", "MB", [max(day.held - before, 0) / agents])


@dataclass
class _Day:
    """What came of a work day.

    taken     of each click, in ms
    ahead     the same until its rows were there, which the list asks for by itself
    sizes     of its answer, in bytes
    a_second  clicks that were answered: fewer than were wanted where an answer takes longer than an
              agent thinks, as nobody clicks before
    busy      processors that the desks kept busy while they clicked
    held      what these held in MB while all screens were still open
    errors    how many agents failed, and the first reason
    """

    taken: list[float] = field(default_factory=list)
    ahead: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    a_second: float = 0.0
    busy: float = 0.0
    held: float = 0.0
    errors: str = ""


async def _first_look(address: str) -> None:
    """What the first screen costs, the libraries that it loads above all, is no agent's."""
    async with _connected(address) as socket, httpx.AsyncClient() as web:
        await _Session(socket, web, address).open()


async def _work_day(served: Sequence[tuple[str, int]], agents: int, rows: str) -> _Day:
    day = _Day()
    few_at_once = asyncio.Semaphore(4)
    addresses = itertools.cycle(address for address, _ in served)

    def busy_so_far() -> float:
        return sum(cpu_seconds(pid) for _, pid in served)

    async with AsyncExitStack() as open_tabs:
        web = await open_tabs.enter_async_context(httpx.AsyncClient(timeout=60))

        async def come(address: str) -> _Session:
            async with few_at_once:
                socket = await open_tabs.enter_async_context(_connected(address))
                session = _Session(socket, web, address, rows)
                await session.open()
                return session

        # Everybody has the screen open before the first click: a work day, not its first minute.
        sessions = await asyncio.gather(
            *(come(next(addresses)) for _ in range(agents)), return_exceptions=True
        )
        there = [each for each in sessions if isinstance(each, _Session)]
        began, cpu = time.perf_counter(), busy_so_far()
        ends = await asyncio.gather(
            *(_work(each, number, len(there), day) for number, each in enumerate(there)),
            return_exceptions=True,
        )
        lasted = time.perf_counter() - began
        day.busy = (busy_so_far() - cpu) / lasted
        day.a_second = len(day.taken) / lasted
        day.held = sum(megabytes(pid) for _, pid in served)
    failed = [each for each in (*sessions, *ends) if isinstance(each, BaseException)]
    first = f": {type(failed[0]).__name__} {failed[0]}".splitlines()[0] if failed else ""
    day.errors = f"errors {len(failed)}{first}"
    return day


def _connected(address: str) -> connect:
    return connect(
        address.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=["streamlit"],
        max_size=None,
        origin=address,
        open_timeout=60,
        create_connection=_Counting,
    )


async def _work(session: "_Session", number: int, agents: int, day: _Day) -> None:
    # They do not click in step: each has its own moment of the five seconds, and keeps it. If each
    # waited five seconds after an answer, one slow moment would make them all click together.
    mine = time.perf_counter() + THINK_SECONDS * number / agents
    await _until(mine)
    asking = asyncio.create_task(session.ask_for_news())
    try:
        for at in range(CLICKS):
            await _until(mine + THINK_SECONDS * at)
            query = FILTERS[(number + at) % len(FILTERS)]
            began = time.perf_counter()
            ahead = asyncio.create_task(session.rows_ahead(query))
            day.sizes.append(await session.click(query))
            day.taken.append((time.perf_counter() - began) * 1_000)
            if session.rows:
                day.ahead.append(await ahead)
    finally:
        asking.cancel()


async def _until(moment: float) -> None:
    await asyncio.sleep(max(moment - time.perf_counter(), 0))


class _Counting(ClientConnection):
    """A websocket that knows how much has arrived, as compressed as it arrived."""

    arrived = 0

    def data_received(self, data: bytes) -> None:
        """Whatever the network brings."""
        self.arrived += len(data)
        super().data_received(data)


class _Session:
    """One open tab, which does by itself what a browser does: it says that it has drawn its rows,
    and asks for news."""

    def __init__(
        self, socket: _Counting, web: httpx.AsyncClient, address: str, rows: str = ""
    ) -> None:
        """rows: where the list asks for its rows by itself; nowhere on an empty page."""
        self._socket, self._web, self._address = socket, web, address
        self.rows = rows
        self._saying: set[asyncio.Task] = set()
        self._page = ""
        self._list = ""
        self._by_themselves: dict[str, float] = {}
        self._one_run_at_a_time = asyncio.Lock()

    async def open(self) -> None:
        """Draws the screen."""
        await self._run("", "")

    async def click(self, query: str) -> int:
        """Draws the list with another query string; returns the bytes that came."""
        return await self._run(query, self._list)

    async def rows_ahead(self, query: str) -> float:
        """Milliseconds until the rows of a filter are there; an empty page has none."""
        began = time.perf_counter()
        if self.rows:
            answer = await self._web.get(f"{self._address}{self.rows}?{query}")
            answer.raise_for_status()
        return (time.perf_counter() - began) * 1_000

    async def ask_for_news(self) -> None:
        """Asks again and again for what wants to be drawn anew, until this is cancelled. What comes
        of it, mostly nothing, is read with the next click."""
        await asyncio.gather(*(self._ask(*each) for each in self._by_themselves.items()))

    async def _ask(self, fragment: str, interval: float) -> None:
        for _ in itertools.count():
            await asyncio.sleep(interval)
            await self._ask_for("", fragment)

    async def _run(self, query: str, fragment: str) -> int:
        async with self._one_run_at_a_time:
            before = self._socket.arrived
            await self._ask_for(query, fragment)
            drawn = ended = False
            while not drawn or not ended:
                answer = await self._answer()
                ended = self._has_ended(answer)
                if answer.WhichOneof("type") == "new_session":
                    # All of the screen holds any part of it; an answer to a question does not.
                    parts = answer.metadata.run.fragment_ids
                    drawn = not parts or fragment in parts
                self._note(answer)
            return self._socket.arrived - before

    def _has_ended(self, answer: ForwardMsg) -> bool:
        early = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
        return answer.WhichOneof("type") == "script_finished" and answer.script_finished != early

    async def _ask_for(self, query: str, fragment: str) -> None:
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = fragment in self._by_themselves
        await self._socket.send(message.SerializeToString())

    async def _answer(self) -> ForwardMsg:
        async with asyncio.timeout(60):
            return ForwardMsg.FromString(await self._socket.recv())

    def _note(self, answer: ForwardMsg) -> None:
        kind = answer.WhichOneof("type")
        if kind == "new_session":
            self._page = answer.new_session.page_script_hash
        if kind == "auto_rerun":
            self._by_themselves[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
        if kind == "delta" and answer.delta.new_element.text_input.id.endswith(SEARCH):
            self._list = answer.delta.fragment_id
        if kind == "delta" and answer.delta.new_element.HasField("bidi_component"):
            drawn = json.loads(answer.delta.new_element.bidi_component.json).get("drawn")
            if drawn:
                post = self._web.post(f"{self._address}{drawn}")
                self._saying.add(asyncio.create_task(post))
        if kind == "delta" and answer.delta.new_element.HasField("exception"):
            raise RuntimeError(json.dumps(answer.delta.new_element.exception.message))
