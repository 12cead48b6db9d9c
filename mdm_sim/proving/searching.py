"""One search: every file, everything printed, every answer; and what is wrong there."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mdm_sim.policy import catalogue
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.canaries import Canary
from mdm_sim.proving.ledger import Finding, Ledger
from mdm_sim.proving.model import Model
from mdm_sim.proving.search import unpacked

DATABASE = "data/mdm-sim.db"
ROWS = f"{DATABASE} (its rows)"
HOLDINGS = "/privacy/v1/records/{}"
# A purge leaves the files in its own request, or where a reader bars that or the database is not
# small, a second or two later.
PATIENCE_SECONDS = 4.0
_POLL_SECONDS = 0.1
# Rows of the database and objects of a list often come again: what is this small is remembered.
_SMALL = 16 * 1024
# Holders whose values may stand in the database and need not: of a request that a crash cut off,
# an administrator's correlation id, which is kept when there is something to audit, and of what an
# operation altered.
_UNSURE = {"maybe", "unheard", "correlation", "altered"}
# Holders whose values pass through and stand in no file: the answer to a device query.
_UNSTORED = {"query"}


@dataclass(slots=True)
class Searched:
    """What one search read, and how many canaries it knew."""

    phase: str
    canaries: int
    files: int = 0
    file_bytes: int = 0
    answers: int = 0
    answer_bytes: int = 0
    held: int = 0
    found: set[int] = field(default_factory=set)


class Search:
    """Searches the files of a service and its answers for the canaries of a ledger."""

    def __init__(self, root: Path, ledger: Ledger, model: Model) -> None:
        """`root` holds all that the service could write."""
        self._root, self._ledger, self._model = root, ledger, model
        self.done: list[Searched] = []
        self.file_names: set[str] = set()
        self._searched: dict[bytes, set[Canary]] = {}

    def run(self, phase: str, answers: list[Answer], patience: float) -> None:
        """Search everything, and write down what is wrong. The answers are dropped."""
        searched = Searched(phase, len(self._ledger.canaries))
        self._search_answers(searched, answers)
        deadline = time.monotonic() + patience
        while True:
            searched.files = searched.file_bytes = 0
            wrong = list(self._search_files(searched))
            if not any(wrong) or time.monotonic() > deadline:
                break
            time.sleep(_POLL_SECONDS)
        for canary, place in wrong:
            self._ledger.note("forbidden", phase, canary, place)
        self._require_held(searched)
        self.done.append(searched)
        answers.clear()

    def _search_files(self, searched: Searched) -> Iterator[tuple[Canary, str]]:
        """Every canary in a file that may not hold it."""
        for name, parts in self._files():
            searched.files += 1
            searched.file_bytes += sum(map(len, parts))
            for canary in set().union(*map(self._canaries_in, parts)):
                kinds = {kind for kind, _ in canary.holders()} - _UNSTORED
                if name.startswith(DATABASE) and kinds:
                    searched.found.add(canary.number)
                else:
                    yield canary, name

    def _files(self) -> Iterator[tuple[str, list[bytes]]]:
        for path in sorted(self._root.rglob("*")):
            try:
                data = path.read_bytes() if path.is_file() else None
            except FileNotFoundError:
                continue
            if data is not None:
                name = path.relative_to(self._root).as_posix()
                self.file_names.add(name)
                yield name, [data]
        yield ROWS, self._rows()

    def _rows(self) -> list[bytes]:
        """The live rows of a copy of the database: a value may straddle two pages of the file."""
        database = self._root / DATABASE
        if not database.exists():
            return []
        with tempfile.TemporaryDirectory(prefix="mdm-sim-prove-") as folder:
            for path in database.parent.glob(f"{database.name}*"):
                if not path.name.endswith("-shm"):
                    shutil.copy(path, folder)
            with closing(sqlite3.connect(Path(folder) / database.name)) as connection:
                connection.text_factory = bytes
                tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                return [
                    b"\t".join(_bytes(value) for value in row)
                    for (table,) in tables.fetchall()
                    for row in connection.execute(f'SELECT * FROM "{table.decode()}"')  # noqa: S608
                ]

    def _canaries_in(self, data: bytes) -> set[Canary]:
        """Bytes that were searched before cannot hold a canary that was made later."""
        found = self._searched.get(data)
        if found is None:
            index = self._ledger.index
            numbers = {number for part in unpacked(data) for _, number in index.scan(part)}
            found = {self._ledger.canaries[number] for number in numbers}
            if len(data) < _SMALL:
                self._searched[data] = found
        return found

    def _search_answers(self, searched: Searched, answers: list[Answer]) -> None:
        for answer in answers:
            echoes = answer.echoes()
            for data, ids in answer.pieces():
                searched.answer_bytes += len(data)
                for canary in self._canaries_in(data):
                    holders = canary.holders(answer.tick)
                    if any(answer.allows(holder, ids) for holder in holders):
                        continue
                    if canary.number not in echoes:
                        self._ledger.note("forbidden", searched.phase, canary, str(answer.route))
            if answer.route.path == HOLDINGS and answer.by_admin and answer.status == 200:
                self._compare(searched.phase, answer)
        searched.answers = len(answers)

    def _compare(self, phase: str, answer: Answer) -> None:
        """What the privacy door tells of a record against what should be held of it."""
        record = self._model.records.get(answer.keys[0])
        if record is None or answer.tick < record.settled:
            return
        rows = catalogue.rows_by_fact(record.context.workload)
        told = answer.json.get("facts", {})
        for name in told.keys() ^ record.facts.keys():
            problem = "forbidden" if name in told else "missing"
            row = rows[name].id if name in rows else "app_inventory.app_id"
            finding = Finding(problem, phase, row, f"the fact {name}", str(answer.route))
            self._ledger.findings[finding] += 1
        shown = {canary.number for canary in self._ledger.of(told)}
        data = answer.body
        for canary in self._ledger.of(record.facts):
            if canary.number not in shown and canary not in self._canaries_in(data):
                self._ledger.note("missing", phase, canary, str(answer.route))

    def _require_held(self, searched: Searched) -> None:
        """Every value that is held stands in the database: the search does find what is there."""
        for number in sorted(self._ledger.held()):
            canary = self._ledger.canaries[number]
            kinds = {kind for kind, _ in canary.holders()} - _UNSTORED
            if not kinds or kinds & _UNSURE:
                continue
            searched.held += 1
            if canary.number not in searched.found:
                self._ledger.note("missing", searched.phase, canary, ROWS)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
