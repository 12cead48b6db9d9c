"""The fleet as users of Locust, for `locust -f`: a user is a device that is awake.

The service is the one of the ready file that MDM_SIM_READY_FILE names. In a distributed run
each worker has the devices of its own numbers; the master writes the figures.
"""

import json
import time
from pathlib import Path
from typing import Any

import gevent
from locust import LoadTestShape, User, events, task
from locust.env import Environment
from locust.exception import LocustError
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from mdm_devices.draw import Draw
from mdm_devices.enrolling import Door
from mdm_devices.load import options
from mdm_devices.load.admins import Desk
from mdm_devices.load.figures import Figures
from mdm_devices.load.lives import Life, Living, Share
from mdm_devices.load.tally import Tally
from mdm_devices.profiles import Profiles
from mdm_devices.signin import SignIn
from mdm_devices.wire import Exchange, RefusedError, UnreachableError, Wire

THINKING = 2.0  # seconds between what an administrator does, a half more or less
TALLY = "mdm-devices"


events.init_command_line_parser.add_listener(options.add_to)


class Work:
    """What the users of one process share, from the start of a run to its end."""

    def __init__(self, environment: Environment) -> None:
        given, runner = environment.parsed_options, environment.runner
        if given is None or not isinstance(runner, LocalRunner | WorkerRunner):
            raise LocustError("a run needs its options, and users live where they are simulated")
        self.environment = environment
        self.began = time.monotonic()
        self.tally = Tally()
        connection = options.connection_of_now()
        self.wire = Wire(connection, observe=self.observe)
        self.sign_in = SignIn(self.wire, connection)
        self.admin = connection.admin
        self.plan = options.plan_of(given)
        self.place = runner.worker_index
        fleet = options.fleet_of(given)
        of = given.expect_workers if isinstance(runner, WorkerRunner) else 1
        share = Share(fleet, self.plan, connection.users, self.place, of)
        door = Door(self.wire, self.sign_in, Profiles(self.sign_in, connection.admin))
        self.living = Living(share, door, self.tally.add_receipt)

    @property
    def moment(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def observe(self, exchange: Exchange) -> None:
        """Tell Locust and the tally of one request."""
        self.tally.add(int(time.time()), exchange)
        failure = None if exchange.code is None else LocustError(exchange.code)
        self.environment.events.request.fire(
            request_type=exchange.method,
            name=exchange.name,
            response_time=exchange.milliseconds,
            response_length=exchange.size,
            exception=failure,
            context={},
        )


class Run:
    """The run of this process: a locustfile's classes have no other way to share it."""

    work: Work | None = None
    figures: Figures | None = None
    file: Path | None = None

    @classmethod
    def of_now(cls) -> Work:
        """What the users share. Raises LocustError before the run begins."""
        if cls.work is None:
            raise LocustError("the run has not begun")
        return cls.work


class DeviceUser(User):
    """A device that is awake; when it goes to sleep another user may wake it."""

    life: Life

    def on_start(self) -> None:
        """A device wakes up, or comes new."""
        self.life = Run.of_now().living.share.wake()

    def wait_time(self) -> float:
        """Until the device's next check-in is due."""
        return max(0.0, self.life.due - Run.of_now().moment)

    @task
    def live(self) -> None:
        """Do what is due, and hang up."""
        work = Run.of_now()
        try:
            self.life = work.living.step(self.life, work.moment)
        finally:
            work.wire.hang_up()

    def on_stop(self) -> None:
        """The device goes to sleep."""
        work = Run.of_now()
        work.wire.hang_up()
        if self.life not in work.living.share.asleep:
            work.living.share.asleep.append(self.life)


class AdminUser(User):
    """An administrator at Graph."""

    fixed_count = 1
    desk: Desk

    def on_start(self) -> None:
        """Sit down."""
        work = Run.of_now()
        if work.admin is None:
            raise LocustError("this worker's ready file names no administrator")
        seed = work.plan.seed
        self.draw = Draw(seed, work.place, "admin")
        self.desk = Desk(work.sign_in, work.admin, self.draw)
        self.pushes = list(work.plan.pushes) if work.place == 0 else []

    def wait_time(self) -> float:
        """Some thinking, but a push is on time."""
        thinking = THINKING * (0.5 + self.draw.random.random())
        until = [push - Run.of_now().moment for push in self.pushes]
        return max(0.0, min([thinking, *until]))

    @task(4)
    def list_pages(self) -> None:
        """Pages of devices."""
        self._do(self.desk.list_pages)

    @task(2)
    def filter(self) -> None:
        """Devices that comply."""
        self._do(self.desk.filter)

    @task(4)
    def look(self) -> None:
        """One device."""
        self._do(self.desk.look)

    @task(2)
    def act(self) -> None:
        """An order."""
        self._do(self.desk.act)

    @task(1)
    def audit(self) -> None:
        """The audit log."""
        self._do(self.desk.audit)

    def _do(self, what: Any) -> None:
        if self.pushes and self.pushes[0] <= Run.of_now().moment:
            self.pushes.pop(0)
            what = self.desk.push
        try:
            what()
        except (RefusedError, UnreachableError):
            return  # it is counted with the request
        finally:
            Run.of_now().wire.hang_up()


class Fleets(LoadTestShape):
    """As many users as the plan says, and the administrators."""

    def tick(self) -> tuple[int, float] | None:
        """Users now and how many come or go in a second; None at the end."""
        given = self.runner.environment.parsed_options if self.runner else None
        if given is None:
            return None
        plan, moment = options.plan_of(given), self.get_run_time()
        if moment >= plan.seconds:
            return None
        users = plan.awake(moment) + given.admins
        return users, float(max(1, abs(users - self.get_current_user_count())))


@events.init.add_listener
def prepare(environment: Environment, **_more: Any) -> None:
    """The number of administrators, and where the figures go; ends what cannot run at once."""
    given = environment.parsed_options
    if given is None:
        return
    AdminUser.fixed_count = given.admins
    Run.file = Path(given.figures) if given.figures else None
    try:
        options.check(given)
        if isinstance(environment.runner, LocalRunner):
            options.check_administrators(given, options.connection_of_now())
        elif isinstance(environment.runner, WorkerRunner):
            options.connection_of_now()  # its master's options are not known yet
    except ValueError as error:
        raise SystemExit(f"locustfile: {error}") from error


@events.test_start.add_listener
def begin(environment: Environment, **_more: Any) -> None:
    """A run begins, here and on every worker."""
    if not isinstance(environment.runner, MasterRunner):
        Run.work = Work(environment)
    if not isinstance(environment.runner, WorkerRunner) and environment.parsed_options:
        Run.figures = Figures(options.plan_of(environment.parsed_options), time.time())
        gevent.spawn(watch, environment, Run.figures)


def watch(environment: Environment, figures: Figures) -> None:
    """Note every second how many users there are and how busy the generators are."""
    runner = environment.runner
    while runner is not None and Run.figures is figures:
        clients = runner.clients.values() if isinstance(runner, MasterRunner) else ()
        busiest = max([float(runner.current_cpu_usage), *(each.cpu_usage for each in clients)])
        figures.note(time.time(), runner.user_count, busiest)
        gevent.sleep(1)


@events.report_to_master.add_listener
def hand_over(data: dict[str, Any], **_more: Any) -> None:
    """A worker hands its counts to the master."""
    if Run.work is not None:
        data[TALLY] = Run.work.tally.drain()


@events.worker_report.add_listener
def take_over(data: dict[str, Any], **_more: Any) -> None:
    """The master adds what a worker counted."""
    if Run.figures is not None and TALLY in data:
        Run.figures.tally.merge(data[TALLY])


@events.quit.add_listener
def finish(**_more: Any) -> None:
    """Write the figures, where they are added up."""
    figures, Run.figures = Run.figures, None
    if figures is None or Run.file is None:
        return
    if Run.work is not None:
        figures.tally.merge(Run.work.tally.drain())
    Run.file.write_text(json.dumps(figures.to_json(), indent=1) + "\n", encoding="utf-8")
