"""Runs `python -m goingnats` as it was published, against another port than its 4222.

usage: goingnats_demo.py PORT
"""

import faulthandler
import runpy
import socket
import sys

faulthandler.dump_traceback_later(60, exit=True)
ours = ("127.0.0.1", int(sys.argv[1]))


class Socket(socket.socket):
    def connect(self, address):
        assert address == ("127.0.0.1", 4222), address
        super().connect(ours)


socket.socket = Socket
runpy.run_module("goingnats", run_name="__main__")
