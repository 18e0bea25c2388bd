"""早早按了 Ctrl-C — whoever ends the demo in its first seconds is left alone, without a traceback or a process."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.3, 0.9, 1.8])
def test_a_demo_that_is_ended_at_once_says_nothing_of_its_inside(tmp_path: Path, after: float) -> None:
    house = str(Path(__file__).parents[2])
    demo = Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "9300"], cwd=tmp_path, stdout=PIPE, stderr=STDOUT, text=True,
        env=os.environ | {"PYTHONPATH": house}, start_new_session=True,
    )  # fmt: skip
    time.sleep(after)
    os.killpg(demo.pid, signal.SIGINT)
    said, _ = demo.communicate(timeout=40)
    assert "Traceback" not in said and "KeyboardInterrupt" not in said, said
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)
