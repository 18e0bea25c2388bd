"""早早按了 Ctrl-C — whoever ends the demo in its first seconds is left alone, without a traceback or a process."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

import pytest

from tests.journeys.processes import free_port


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.3, 0.9, 1.8])
def test_a_demo_that_is_ended_at_once_says_nothing_of_its_inside(tmp_path: Path, after: float) -> None:
    house = str(Path(__file__).parents[2])
    # Whoever is started in the background of a shell is told to ignore Ctrl-C, and so would be everything started here.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    demo = Popen(
        [sys.executable, "-m", "bot", "demo", "--port", str(free_port())], cwd=tmp_path, stdout=PIPE, stderr=STDOUT,
        text=True, env=os.environ | {"PYTHONPATH": house}, start_new_session=True,
    )  # fmt: skip
    signal.signal(signal.SIGINT, ignored)
    time.sleep(after)
    os.killpg(demo.pid, signal.SIGINT)
    try:
        said, _ = demo.communicate(timeout=40)
    finally:
        demo.kill()
    assert "Traceback" not in said and "KeyboardInterrupt" not in said, said
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)
