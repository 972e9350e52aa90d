"""The killable child: what it returns, what stops it, what it cannot reach."""

import os
import pickle
import signal
import threading
import time
from pathlib import Path

import pytest

from templates_app import child
from templates_app.domain.problems import TemplateError
from tests.templates_app import child_tasks as tasks

ROOT = Path(child.__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def one():
    """One child for this module, with a small memory limit."""
    started = child.Child(memory=400 * 1024**2)
    yield started
    started.stop()


def test_it_returns_what_the_function_returns(one):
    assert one.run(tasks.double, (21,), 10) == 42


def test_it_stays_warm_between_tasks(one):
    assert one.run(tasks.who, (), 10) == one.run(tasks.who, (), 10) != os.getpid()


def test_run_uses_the_pool_and_warm_starts_it_ahead():
    child.warm(tasks.double)
    process = child.POOLS["text"].process
    assert child.run(tasks.double, 4) == 8
    assert child.POOLS["text"].process is process
    child.stop_all()


def test_it_raises_the_functions_own_exception(one):
    with pytest.raises(TemplateError) as caught:
        one.run(tasks.refuse, (), 10)
    assert caught.value.problems[0].line == 3
    with pytest.raises(RuntimeError, match="ForeignError: told in words"):
        one.run(tasks.foreign_error, (), 10)


def test_a_task_that_takes_too_long_is_stopped_and_the_next_one_works(one):
    started = time.monotonic()
    with pytest.raises(child.TooComplex, match=r"stopped after 0\.5 seconds") as caught:
        one.run(tasks.sleep, (60,), 0.5)
    assert time.monotonic() - started < 5
    assert caught.value.sentence.startswith("This text is too complex")
    assert one.run(tasks.double, (1,), 10) == 2


def test_processor_time_is_limited_apart_from_the_clock():
    spinning = child.Child(cpu=1)
    with pytest.raises(child.TooComplex, match="stopped after 1 seconds"):
        spinning.run(tasks.spin, (), 20)
    spinning.stop()


@pytest.mark.parametrize("task", [tasks.swell, tasks.die])
def test_a_task_without_enough_memory_is_refused_and_the_next_one_works(one, task):
    with pytest.raises(child.TooComplex, match="memory"):
        one.run(task, (), 10)
    assert one.run(tasks.double, (2,), 10) == 4


def test_endless_nesting_is_refused_in_words(one):
    with pytest.raises(child.TooComplex, match="nested too deeply"):
        one.run(tasks.dig, (), 10)


def test_a_child_killed_between_tasks_is_replaced(one):
    pid = one.run(tasks.who, (), 10)
    os.kill(pid, signal.SIGKILL)
    assert one.run(tasks.who, (), 10) != pid


def test_a_child_killed_during_a_task_refuses_that_task_only(one):
    pid = one.run(tasks.who, (), 10)
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(child.TooComplex):
        one.run(tasks.sleep, (30,), 20)
    assert one.run(tasks.double, (3,), 10) == 6


def test_a_child_is_replaced_after_its_share_of_tasks():
    short = child.Child(tasks=2)
    pids = [short.run(tasks.who, (), 10) for _ in range(3)]
    short.stop()
    assert pids[0] == pids[1] != pids[2]


def test_threads_take_turns(one):
    answers: list[int] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(one.run(tasks.double, (n,), 10))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 2, 4, 6, 8, 10, 12, 14]


def test_a_long_queue_is_refused_in_words(one):
    one.run(tasks.double, (1,), 10)
    thread = threading.Thread(target=one.run, args=(tasks.sleep, (1.5,), 10))
    thread.start()
    time.sleep(0.2)
    with pytest.raises(child.ChildBusy, match="Try again"):
        one.run(tasks.double, (1,), 0.2)
    thread.join()


def test_a_forked_copy_starts_its_own_child_and_leaves_the_first_alone():
    first = child.run(tasks.who)
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        os.write(writing, str(child.run(tasks.who)).encode())
        child.stop_all()
        os._exit(0)
    os.waitpid(pid, 0)
    assert int(os.read(reading, 20)) != first == child.run(tasks.who)
    child.stop_all()


def test_it_sees_no_secret_of_the_server(one, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:hush@db/x")
    fresh = child.Child()
    seen = fresh.run(tasks.environment, (), 10)
    block = Path(f"/proc/{fresh.run(tasks.who, (), 10)}/environ").read_bytes()
    fresh.stop()
    assert b"hush" not in block
    assert set(seen) <= {"PATH", "LANG", "HOME", "TMPDIR", "XDG_CACHE_HOME", "LC_CTYPE", *child.KEPT}


def test_it_reaches_no_network_no_program_and_no_foreign_file(one, tmp_path):
    (tmp_path / "manage.py").write_text("kept")
    answers = one.run(tasks.try_everything, (str(tmp_path),), 20)
    assert answers.pop("temporary") == "done"
    assert set(answers.values()) == {"PermissionError"}, answers
    assert [path.name for path in tmp_path.iterdir()] == ["manage.py"]


def test_it_cannot_read_the_data_folder_beside_the_code(one):
    answers = one.run(tasks.try_everything, (str(ROOT),), 20)
    assert answers["read_project"] == answers["write"] == "PermissionError"


def test_its_answer_is_data_and_never_a_call(one):
    with pytest.raises(pickle.UnpicklingError, match="may not send"):
        one.run(tasks.send_a_call, (), 10)
    assert one.run(tasks.double, (5,), 10) == 10


def test_a_child_that_cannot_start_says_so():
    broken = child.Child()
    broken.warm("templates_app.no_such_module")
    with pytest.raises(child.ChildBroken, match="no_such_module"):
        broken.run(tasks.double, (1,), 10)
    broken.stop()


def test_a_local_function_is_refused_before_anything_starts():
    with pytest.raises(TypeError, match="importable"):
        child.run(lambda: None)


def test_nothing_is_left_in_the_temporary_folder():
    fresh = child.Child()
    fresh.run(tasks.double, (1,), 10)
    folder = Path(fresh._folder)
    assert folder.is_dir()
    fresh.stop()
    assert not folder.exists()
