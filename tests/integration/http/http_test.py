#!/usr/bin/env python3
"""common/http over real sockets: smuggling forms, time-outs, order, leaving clients, drain.

usage: http_test.py PATH_OF_http_test_server [name ...]
"""
import sys
import time

import http_client
# Each adds its tests to the list, in this order.
import refused_forms  # noqa: F401
import answers  # noqa: F401
import connections  # noqa: F401


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    http_client.SERVER = sys.argv[1]
    failed = 0
    for function in http_client.TESTS:
        if len(sys.argv) > 2 and function.__name__ not in sys.argv[2:]:
            continue
        started = time.monotonic()
        try:
            function()
            print(f"ok http {function.__name__} ({time.monotonic() - started:.2f} s)", flush=True)
        except Exception as problem:
            failed += 1
            print(f"not ok http {function.__name__}: {type(problem).__name__}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
