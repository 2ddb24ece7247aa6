"""Real servers on loopback, for trials and tests: each is started by a script here, and stopped by its own process ids.

`python -m tests.servers.NAME up` starts one, `down` stops it; `make NAME-up` and `make NAME-down` do the same. What it
writes is in `.servers/NAME`. Tests start their own, at free ports, in a folder of theirs.
"""
