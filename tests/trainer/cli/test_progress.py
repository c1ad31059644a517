import signal
from types import SimpleNamespace

from trainer.cli.progress import Pace, follow_run


def test_lines_come_now_and_then_and_news_at_once():
    now = [5.0]
    pace = Pace(10.0, lambda: now[0])
    assert [pace.is_due(), pace.is_due(), pace.is_due(is_news=True)] == [True, False, True]
    now[0] += 9
    assert not pace.is_due()
    now[0] += 1
    assert pace.is_due()


def _events(saved):
    try:
        for step in range(3):
            yield SimpleNamespace(step=step, f1=0.5 if step == 2 else None)
    finally:
        saved.append(True)


def test_a_run_says_its_first_step_and_each_measurement(tmp_path, capsys):
    assert follow_run(_events([]), tmp_path, lambda event: f"step {event.step}", "done") == 0
    assert capsys.readouterr().err.split("\n") == ["step 0", "step 2", "done", ""]


def test_a_run_that_is_interrupted_is_saved_and_says_so(tmp_path, capsys):
    def line(event):
        signal.raise_signal(signal.SIGINT)
        return f"step {event.step}"

    saved = []
    assert follow_run(_events(saved), tmp_path, line, "done") == 130
    assert saved
    assert capsys.readouterr().err == f"step 0\n{tmp_path}: saved; the same command goes on with it\n"
