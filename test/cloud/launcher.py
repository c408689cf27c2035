"""Runs MiniStack, and ends it with its Lambdas when whoever started it is gone: also after a SIGKILL."""

import os
import signal
import sys
import threading

sys.dont_write_bytecode = True  # this folder is part of the project

import corrections  # noqa: E402
from ministack.app import main  # noqa: E402


def end_with_input():
    sys.stdin.read()
    # It is the leader of a group of its own, in which its Lambdas are too.
    os.killpg(os.getpgrp(), signal.SIGKILL)


corrections.apply()
threading.Thread(target=end_with_input, daemon=True).start()
main()
