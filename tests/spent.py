#!/usr/bin/env python3
"""Runs a command and prints what it has spent: spent.py COMMAND..."""

import os
import resource
import subprocess
import sys
import time

begun = time.perf_counter()
done = subprocess.run(sys.argv[1:])
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{' '.join(sys.argv[1:3])}: processor {spent.ru_utime + spent.ru_stime:.2f} s, wall {time.perf_counter() - begun:.2f} s, "
      f"peak memory {spent.ru_maxrss / 1024:.0f} MiB, load {os.getloadavg()[0]:.1f}")
sys.exit(done.returncode)
