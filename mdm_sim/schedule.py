"""When a device or an app is asked to check in again (Intune's policy refresh intervals)."""

from __future__ import annotations

from collections.abc import Sequence

from mdm_sim.policy.context import Platform

_MINUTE, _HOUR = 60, 3600
_APPLE = ((_HOUR, 15 * _MINUTE),)
_OTHERS = ((15 * _MINUTE, 3 * _MINUTE), (2 * _HOUR, 15 * _MINUTE))

# Until this many seconds after enrollment, this many seconds between check-ins.
_AFTER_ENROLLMENT = {
    Platform.IOS: _APPLE,
    Platform.IPADOS: _APPLE,
    Platform.MACOS: _APPLE,
    Platform.WINDOWS: _OTHERS,
    Platform.ANDROID: _OTHERS,
    Platform.LINUX: _OTHERS,
}


def app_seconds(policies: Sequence[object]) -> int:
    """Seconds to the next check-in of an app: sooner when a policy protects it."""
    return 30 * _MINUTE if policies else 12 * _HOUR


def device_seconds(platform: Platform, age: float) -> int:
    """Seconds to the next check-in of a device that enrolled `age` seconds ago."""
    steps = _AFTER_ENROLLMENT[platform]
    return next((pause for until, pause in steps if age < until), 8 * _HOUR)
