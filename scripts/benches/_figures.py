"""What the benchmarks measure processes by."""

import contextlib

import psutil


def cpu_s(process: psutil.Process) -> float:
    """User and system seconds of a process and its children, ended ones included."""
    times = process.cpu_times()
    total: float = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            own = child.cpu_times()
            total += own.user + own.system
    return total
