"""Which apps run on a device of the fleet: an app's host is under MDM, and its user's."""

from collections import defaultdict, deque

from mdm_devices.draw import Draw
from mdm_devices.personas import Fleet
from mdm_devices.profiles import USERLESS

SHARE = 0.5


def hosts_of(fleet: Fleet, count: int, users: int) -> dict[int, int]:
    """The host of each app that has one, by index; users take turns.

    A seeded half of the apps looks for one: the first device before it of the same user and
    platform that hosts no other app. So a host does not depend on the size of the fleet.
    """
    free: defaultdict[tuple[int, str], deque[int]] = defaultdict(deque)
    hosts = {}
    for index in range(count):
        seat = fleet.seating.seat(index)
        place = free[index % users, seat.platform]
        if seat.profile != "mam":
            if fleet.enrollment_type(index) not in USERLESS:
                place.append(index)
        elif place and Draw(fleet.seed, index, "host").chance(SHARE):
            hosts[index] = place.popleft()
    return hosts
