"""Scans IMAGE on one thread of Python, then on two at once: how much longer do both take?"""

import sys
import threading
import time

import sealift

image, database = sys.argv[1:]


def scan() -> None:
    sealift.scan_image(image, database=database, threads=1)


def seconds(threads: int) -> float:
    running = [threading.Thread(target=scan) for _ in range(threads)]
    start = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return time.perf_counter() - start


seconds(1)
alone = sorted(seconds(1) for _ in range(3))[1]
both = sorted(seconds(2) for _ in range(3))[1]
print(f"{both / alone:.2f}")
