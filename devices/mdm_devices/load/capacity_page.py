"""The capacity page, in Markdown: what was measured, the arithmetic, and what it leaves out."""

from mdm_devices.load.capacity import (
    FLEETS,
    NODE_BYTES,
    NODE_CORES,
    STORM,
    USED,
    Measured,
    Need,
    rows,
    size,
)

PAGE = """# Capacity

What one, ten and a hundred million devices need, by arithmetic from what was measured. This page is written by

```
python3 scripts/load.py --measure --devices {devices} --write-docs
```

which serves on SQLite with one worker, enrolls {devices:,} devices of a mixed fleet, lets each check in {rounds} times on a
connection of its own (what changed, as [devices/README.md](../devices/README.md) says; no orders), reads, and asks the
operating system for the CPU time of the service's processes and the database for the pages of each table. One request at a
time. Measured on: {machine}.

| measured | |
|---|--:|
{measured}

"Service cores" are such cores, used to {used:.0%}. Sizes are in powers of ten. Devices check in every 8 hours, as Intune's do.

| needed | {fleets} |
|---|{marks}|
{needed}

## What follows

- The average is small; the storm decides. Devices that spread their first check-in of a day over 8 hours instead of one need
  an eighth of the storm's cores.
- Workers keep no state, so cores may be on as many hosts as there are. One SQLite file has one host and one writer at a
  time: a worker that is used to {used:.0%} serves a storm of {one_worker:.1f} million devices
  (3,600 s × {used:.0%} / {check_in:,.0f} µs). Beyond that: PostgreSQL.
- {share:.0%} of the disk is {most}.

## What the arithmetic leaves out

- {database_words}
- Linear growth: cost by request is taken to be the same at any number of devices, in any number of workers.
- Nodes are of {node_cores} cores and {node_size}, one copy; replicas, backups and network are not counted.
- TLS, app inventories that are reported anew, orders, and what administrators read (a page of 100: {page_cost:,.0f} µs).
"""
LABELS = {
    "enroll": "CPU of the service, an enrollment or registration",
    "checkIn": "CPU of the service, a check-in",
    "get": "CPU of the service, one device by Graph",
    "page": "CPU of the service, a page of 100 devices with its count",
}
SIZES = {
    "device": "disk, a device (its record, credentials and indexes)",
    "receiptsPerEnrollment": "disk, the receipt of an enrollment",
    "auditPerEnrollment": "disk, audit entries of an enrollment",
    "receiptsPerCheckIn": "disk, receipts, by check-in",
    "auditPerCheckIn": "disk, audit entries, by check-in",
}
MEASURED_DATABASE = (
    "The CPU of PostgreSQL was measured with `--database` and `--database-pid`; its bytes are taken "
    "to be SQLite's."
)
UNMEASURED_DATABASE = (
    "The CPU of PostgreSQL, so nodes follow from disk alone: `--database URL --database-pid PID` "
    "measures it beside. Its bytes are taken to be SQLite's."
)


def page(measured: Measured) -> str:
    """The whole page."""
    needs = [Need(devices, measured) for devices in FLEETS]
    last = needs[-1]
    parts = {
        "the devices themselves": last.state,
        "receipts of check-ins": last.receipts,
        "audit entries of check-ins": last.audit,
    }
    most = max(parts, key=lambda name: parts[name])
    return PAGE.format(
        devices=measured.devices,
        rounds=measured.rounds,
        machine=measured.machine,
        measured="\n".join(_measured(measured)),
        used=USED,
        fleets=" | ".join(f"{each.devices // 10**6} million" for each in needs),
        marks="|".join("--:" for _ in needs),
        needed="\n".join(f"| {what} | {' | '.join(cells)} |" for what, cells in rows(needs)),
        one_worker=STORM * USED / measured.cpu["checkIn"],
        check_in=measured.cpu["checkIn"],
        most=most,
        share=parts[most] / last.disk,
        database_words=MEASURED_DATABASE if measured.database_cpu else UNMEASURED_DATABASE,
        node_cores=NODE_CORES,
        node_size=size(NODE_BYTES),
        page_cost=measured.cpu["page"],
    )


def _measured(measured: Measured) -> list[str]:
    lines = [f"| {text} | {measured.cpu[kind]:,.0f} µs |" for kind, text in LABELS.items()]
    lines += [
        f"| {LABELS[kind].replace('the service', 'PostgreSQL')} | {cost:,.0f} µs |"
        for kind, cost in measured.database_cpu.items()
    ]
    return lines + [f"| {text} | {measured.size[kind]:,.0f} B |" for kind, text in SIZES.items()]
