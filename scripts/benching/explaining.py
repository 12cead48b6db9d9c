"""What the page says around its tables."""

INTRODUCTION = """\
# Performance

<!-- Written by `python3 scripts/bench.py --write-docs FILE.json`; edit scripts/benching/explaining.py. -->

`scripts/bench.py` starts the service on prepared fleets, the limits of its stack and the tools that
one would use instead, asks each of them the same rows in turn, and tells ratios: absolute figures
change by half with the machine and the hour, ratios inside one run hardly.

```
python3 scripts/bench.py --output bench.json                      # 10,000 devices, SQLite, one worker
python3 scripts/bench.py --devices 10000,100000,1000000 --databases sqlite,postgresql \\
                         --workers 1,2 --runs 5 --output bench.json                 # everything
python3 scripts/bench.py --rows get,enroll --peers "moto DynamoDB" --runs 5     # a part
python3 scripts/bench.py --write-docs bench.json                  # this page, of one output or of more with commas
```

It installs what it compares with into `.bench`, which is no part of the project, and keeps prepared
fleets there, by size, schema and catalogue. It uses `wrk` where it is installed (`apt-get install
wrk`), otherwise a generator of its own; the generator shares the cores with what it measures.
"""

LIMITS = """\
The service's rate in percent of the limit's; in brackets the same by CPU: what the limit uses for a
request, of what the service uses. 100 % is as fast as the limit.
"""

PEERS = """\
How many requests the service answers while the peer answers one; in brackets by CPU. Above 1 the
service is ahead. The peers hold the same facts without the 60 apps: less than the service does.
"""

GROWTH = """\
What a request costs (in time; in CPU) on the one, in what it costs on the other: 1.00x is flat, less
is cheaper.
"""

SIZE = """\
Start: from the command to the first answered request, median of five, in turn. Memory counts mapped
pages of the database file too, which are the system's to take back; beside it what is the process's
own. On disk: all files of the prepared fleet, beside the JSON documents in them and the indexes.
"""

COMPARED = """\
- **Requests** go over 16 kept-open connections of loopback HTTP from one thread (over two, where
  one request takes more than 20 ms, and as long as ten requests need, half a minute at most), for `--seconds`, to one
  contestant at a time while all others are up and idle; A B C, A B C. Each request names another
  device of the fleet (up to 10,000 of them, in random order). An answer of 400 or more counts as
  failed, and a row with any has no ratio. Before a row is measured its answer is looked at.
- **CPU** is user and system time of the server's whole process tree from `/proc`, over the run's
  requests; with PostgreSQL its server belongs to it.
- **Fleets**: three units enrolled and checked in through the doors; the others are their rows with
  other ids, names, users, tokens and moments, written past the database's guard row by row, the
  audit log chained. One user a device; every tenth device told of its 60 apps, half of those have an
  open order; every tenth user has an app registered. Check-ins are of devices with 60 apps.
  A contestant works on a copy.
- **bare WSGI, bare Flask**: one granian worker with one blocking thread, as the service's own; they
  read the request and answer the bytes that the service answered, from memory.
- **Flask, one commit**: the same with one statement and one commit on a connection opened as the
  service opens its own. Enrolling inserts the request's body, a changed check-in replaces a
  document by it, other check-ins set a moment; get selects a document by its key.
- **raw executemany**: the rows of a thousand stored devices with 60 apps (device, credential,
  receipt, audit entry) into the same tables and indexes without triggers, one commit; for check-ins
  an update of device and receipt. Inside the benchmark's process, without HTTP.
  **raw COPY**: the same rows into PostgreSQL.
- **moto DynamoDB**: PutItem of a new item of 34 attributes; UpdateItem of one attribute; PutItem over
  a known item; GetItem; Scan of 100 from the beginning, and from near the end; Query of an index.
  **moto IoT**: CreateThing, UpdateThing (one attribute, all), DescribeThing, ListThings of 100. Both
  are in memory, without authentication or audit.
- **Azurite tables**: insert, merge, replace, get, list of 100, filter; kept on disk, with a signature.
- **json-server, Mockoon**: their own CRUD routes over a file and a bucket. **Prism, WireMock** keep
  nothing, so only get and the first page are asked, and both are constant.
"""

ABSOLUTE = """\
Context, not results: they hold for this machine in this hour.
"""
