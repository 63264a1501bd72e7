"""The consumers of a driver by the names that the scenario gave them, and a thread for each that lives by being polled."""

import queue
import sys
import threading
from concurrent.futures import Future

IDLE_SECONDS = 0.002


class Readers:
    """The operations on consumers that exist; a driver adds `open` and `join`, which make them."""

    def __init__(self):
        self.readers = {}

    def assignment(self, consumer):
        return self.readers[consumer].assignment()

    def poll(self, consumer, count, timeout_ms):
        return self.readers[consumer].poll(count, timeout_ms)

    def commit(self, consumer):
        return self.readers[consumer].commit()

    def seek(self, consumer, topic, partition, offset):
        return self.readers[consumer].seek(topic, partition, offset)

    def pause(self, consumer, topic, partition):
        return self.readers[consumer].pause(topic, partition)

    def resume(self, consumer, topic, partition):
        return self.readers[consumer].resume(topic, partition)

    def close(self, consumer):
        return self.readers.pop(consumer).close()

    def close_all(self):
        for consumer in list(self.readers):
            self.close(consumer)


class Worker:
    """A thread that does one step after the other. When it has none it does `idle`: a member of a group must be polled between
    operations too, or the others would wait for it in a rebalance."""

    def __init__(self):
        self._steps = queue.Queue()
        self._idle = None
        threading.Thread(target=self._work, daemon=True).start()

    def idle_by(self, idle):
        self._idle = idle

    def run(self, step):
        future = Future()
        self._steps.put((step, future))
        return future.result()

    def _work(self):
        while True:
            try:
                # Without something to do it wakes up now and then, to see whether it got it.
                step, future = self._steps.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                self._pass_time()
                continue
            try:
                future.set_result(step())
            except Exception as error:
                future.set_exception(error)

    def _pass_time(self):
        if self._idle is None:
            return
        try:
            self._idle()
        except Exception as error:
            print(repr(error), file=sys.stderr)
