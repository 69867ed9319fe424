"""Runs the aws commands that arrive as lines of JSON: the aws CLI's own code, started once."""

import contextlib
import io
import json
import sys

from awscli import clidriver


DRIVER = clidriver.create_clidriver()


def run(arguments):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = DRIVER.main(arguments)
        except SystemExit as end:
            code = end.code
    said, complaint = (stream.buffer.getvalue().decode() for stream in (out, err))
    return {"code": code or 0, "stdout": said, "stderr": complaint}


real = sys.stdout
for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), file=real, flush=True)
