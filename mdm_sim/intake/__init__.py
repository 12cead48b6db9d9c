"""The one place where facts enter: enroll, register, check in, unenroll; for MDM and for MAM.

Every function works inside the caller's transaction (`Work`): all of it becomes true, or nothing.
What a device says is judged before anything is written; only what `minimise` keeps goes further.
"""

from mdm_sim.intake.checking_in import CheckedIn, check_in, unenroll
from mdm_sim.intake.enrolling import Enrolled, enroll, register, renew

__all__ = ["CheckedIn", "Enrolled", "check_in", "enroll", "register", "renew", "unenroll"]
