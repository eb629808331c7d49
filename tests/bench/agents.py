"""Many agents at once, each clicking a filter every five seconds.

They speak Streamlit's own protocol over a websocket, as the browser does; a click is a rerun of the
fragment that holds the filter bar, with another query string, and it has ended when the script has.
"""

import asyncio
import itertools
import json
import time
from statistics import quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.measurement import Measurement
from tests.bench.servers import EMPTY, cpu_seconds, desk, megabytes, running
from tests.bench.table import Results

THINK_SECONDS = 5.0
CLICKS = 6
NUMBERS = (10, 50, 100, 200, 400)
TARGETS = {100: 30.0, 400: 100.0}
SEARCH = "-f_text"
"""How the id of the search field ends, which tells the fragment of the filter bar."""
FILTERS = ("within=30", "", "status=expired", "within=7", "region=EU", "q=gmbh")


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """The largest database of each engine, and an empty page beside it."""
    largest = max(accounts for _, accounts in urls)
    with running(EMPTY) as (address, pid):
        _measure(results, "empty page", 0, address, pid, (10, 100))
    for (engine, accounts), url in urls.items():
        if accounts != largest:
            continue
        with desk(url) as (address, pid):
            _measure(results, engine, accounts, address, pid, NUMBERS)


def _measure(
    results: Results, where: str, accounts: int, address: str, pid: int, numbers: tuple[int, ...]
) -> None:
    for agents in numbers:
        before, began, cpu = megabytes(pid), time.perf_counter(), cpu_seconds(pid)
        taken, sizes, errors = asyncio.run(_work_day(address, agents))
        busy = (cpu_seconds(pid) - cpu) / (time.perf_counter() - began)
        if not taken:
            print(f"{agents} agents on {where}: nobody was served ({errors} errors)")
            continue
        worst = quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
        remark = f"95th percentile {worst:.0f} ms, CPU {busy:.0%}, errors {errors}"
        name = f"{agents} agents"

        def add(
            what: str, unit: str, values: list[float], target: float | None, remark: str
        ) -> None:
            results.add(Measurement("agents", what, where, accounts, unit, values, target, remark))

        add(f"{name}, a click", "ms", taken, None, remark)
        add(f"{name}, 95th percentile", "ms", [worst], TARGETS.get(agents), "")
        add(f"{name}, bytes a click", "kB", [s / 1_000 for s in sizes], 25, "")
        held = megabytes(pid)
        add(f"{name}, server memory", "MB", [held], 250 if agents == 10 else None, "")
        add(f"{name}, memory a session", "MB", [max(held - before, 0) / agents], None, "")


async def _work_day(address: str, agents: int) -> tuple[list[float], list[int], int]:
    """Times in ms and bytes of all clicks, and how many of them failed."""
    taken: list[float] = []
    sizes: list[int] = []
    gathered = await asyncio.gather(
        *(_agent(address, number, agents, taken, sizes) for number in range(agents)),
        return_exceptions=True,
    )
    return taken, sizes, sum(isinstance(each, BaseException) for each in gathered)


async def _agent(
    address: str, number: int, agents: int, taken: list[float], sizes: list[int]
) -> None:
    # They do not click in step: each begins at its own moment of the five seconds.
    await asyncio.sleep(THINK_SECONDS * number / agents)
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(
        url,
        subprotocols=["streamlit"],
        max_size=None,
        origin=address,
        open_timeout=60,
        create_connection=_Counting,
    ) as socket:
        session = _Session(socket)
        await session.run("")
        for at in range(CLICKS):
            await asyncio.sleep(THINK_SECONDS)
            query = FILTERS[(number + at) % len(FILTERS)]
            began = time.perf_counter()
            size = await session.run(query)
            taken.append((time.perf_counter() - began) * 1_000)
            sizes.append(size)


class _Counting(ClientConnection):
    """A websocket that knows how much has arrived, as compressed as it arrived."""

    arrived = 0

    def data_received(self, data: bytes) -> None:
        """Whatever the network brings."""
        self.arrived += len(data)
        super().data_received(data)


class _Session:
    """One open tab."""

    def __init__(self, socket: _Counting) -> None:
        self._socket = socket
        self._page = ""
        self._fragment = ""

    async def run(self, query: str) -> int:
        """Reruns the list with a query string, the first time the page; returns the bytes sent."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = self._fragment
        await self._socket.send(message.SerializeToString())
        before = self._socket.arrived
        for _ in itertools.count():
            async with asyncio.timeout(60):
                answer = ForwardMsg.FromString(await self._socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self._page = answer.new_session.page_script_hash
            if kind == "delta" and answer.delta.new_element.text_input.id.endswith(SEARCH):
                self._fragment = answer.delta.fragment_id
            if kind == "delta" and answer.delta.new_element.HasField("exception"):
                raise RuntimeError(json.dumps(answer.delta.new_element.exception.message))
            if kind == "script_finished":
                return self._socket.arrived - before
        raise AssertionError
