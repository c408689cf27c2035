"""Runs MiniStack, and ends it with its Lambdas when whoever started it is gone: also after a SIGKILL."""

import os
import signal
import sys
import threading

from ministack.app import main


def end_with_input():
    sys.stdin.read()
    # It is the leader of a group of its own, in which its Lambdas are too.
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=end_with_input, daemon=True).start()
main()
