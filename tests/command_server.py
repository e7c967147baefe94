"""Calls of `unitmill`, each a process of its own, without importing it anew each time.

A server has imported what commands need, and forks for each call: the child has the
words, the environment, the folder and the files of that call, and ends as `unitmill`
ends. Whether the program itself starts is asked where it is started: in
``cli/test_commands.py``, in the quickstart, and from the wheel.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

UNITMILL = Path(sys.executable).parent / "unitmill"
LENGTH = 8
# What a command imports only when it is called, and that takes seconds.
IMPORTED_LATE = {"build": "pipelines.defs.run"}


@contextlib.contextmanager
def served():
    """Start the server; give a function that calls `unitmill` by it."""
    ours, theirs = socket.socketpair()
    # A terminal that a debugger measures is none of the calls'.
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    with ours:
        with theirs:
            server = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

        def call(words, folder, environment, given=None):
            told = {
                "words": [str(word) for word in words],
                "folder": str(folder),
                "environment": dict(environment),
            }
            with contextlib.ExitStack() as stack:
                files = [stack.enter_context(tempfile.TemporaryFile()) for _ in "012"]
                files[0].write((given or "").encode())
                files[0].seek(0)
                code = _asked(ours, json.dumps(told).encode(), files)
                texts = [_text_of(file) for file in files[1:]]
            return subprocess.CompletedProcess([UNITMILL, *words], code, *texts)

        yield call
    server.wait()


def _asked(connection, told, files):
    """Send a call with its standard files; give its exit code."""
    length = len(told).to_bytes(LENGTH)
    socket.send_fds(connection, [length], [file.fileno() for file in files])
    connection.sendall(told)
    answer = connection.recv(LENGTH, socket.MSG_WAITALL)
    assert answer, "the server of commands ended"
    return int.from_bytes(answer, signed=True)


def _text_of(file):
    """Read what was written, with line ends as ``text=True`` gives them."""
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n").replace("\r", "\n")


def serve(connection):
    """Fork for each call, one after the other, until nobody calls any more."""
    while True:
        length, files, *_ = socket.recv_fds(connection, LENGTH, 3)
        if not length:
            return
        told = connection.recv(int.from_bytes(length), socket.MSG_WAITALL)
        call = json.loads(told)
        _import_for(call["words"])
        child = os.fork()
        if not child:
            connection.close()
            _become(call, files)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        connection.sendall(code.to_bytes(LENGTH, signed=True))


def _import_for(words):
    """Import what the commands among these words need, once for all calls."""
    from pipelines.cli import app_of  # noqa: PLC0415 - only the server needs it

    app_of(words)
    for word in IMPORTED_LATE.keys() & {*words}:
        import_module(IMPORTED_LATE[word])


def _become(call, files):
    """Do what a process that was started for this call does."""
    from pipelines.cli import main  # noqa: PLC0415

    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = [str(UNITMILL), *call["words"]]
    try:
        main()
    except BaseException:  # noqa: BLE001 - as Python does at the end of a program
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    sys.path[0] = str(UNITMILL.parent)  # where the program lies, not these tests
    serve(socket.socket(fileno=int(sys.argv[1])))
