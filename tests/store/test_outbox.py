from datetime import timedelta

from engine.store.outbox import LEASE, MOST_ATTEMPTS

from .conftest import NOW


def test_a_message_with_a_known_key_is_not_put_in_again(store):
    with store.write() as unit:
        assert unit.outbox.add("k", "mail", {"to": "a"}, at=NOW)
        assert not unit.outbox.add("k", "mail", {"to": "b"}, at=NOW)


def test_a_message_is_taken_by_one_worker_until_its_lease_ends(store):
    with store.write() as unit:
        unit.outbox.add("later", "mail", {}, at=NOW + timedelta(hours=1))
        unit.outbox.add("k", "mail", {"to": "a"}, at=NOW)
        (message,) = unit.outbox.take(NOW)
        assert (message.key, message.payload, message.attempts) == ("k", {"to": "a"}, 1)
        assert unit.outbox.take(NOW) == []
        (again,) = unit.outbox.take(NOW + LEASE)
        assert (again.key, again.attempts) == ("k", 2)
        unit.outbox.done(again.id)
        assert unit.outbox.next() == NOW + timedelta(hours=1)


def test_a_failing_message_waits_longer_each_time_and_is_given_up_in_the_end(store):
    now, pauses = NOW, []
    with store.write() as unit:
        unit.outbox.add("k", "mail", {}, at=now)
        for _ in range(MOST_ATTEMPTS):
            (message,) = unit.outbox.take(now)
            again = unit.outbox.failed(message, now, "no route")
            if again:
                pauses.append(unit.outbox.next() - now)
                now = unit.outbox.next()
        assert not again
        assert pauses == sorted(set(pauses))
        (lost,) = unit.outbox.lost()
        assert lost.error == "no route"
        assert unit.outbox.retry(lost.id, now)
        assert not unit.outbox.retry(lost.id, now)
        assert len(unit.outbox.take(now)) == 1


def test_timers_come_in_order_and_one_of_a_kind(store, new_case):
    first, second = new_case(store), new_case(store)
    with store.write() as unit:
        unit.timers.set(first, "due", NOW + timedelta(days=2), {"visit": 1})
        unit.timers.set(first, "due", NOW + timedelta(days=1), {"visit": 2})
        unit.timers.set(second, "due", NOW)
        assert unit.timers.next() == NOW
        assert [timer.uid for timer in unit.timers.due(NOW)] == [second.uid]
        due = unit.timers.due(NOW + timedelta(days=1))
        assert [(timer.uid, timer.payload) for timer in due] == [
            (second.uid, None),
            (first.uid, {"visit": 2}),
        ]
        assert unit.timers.clear(first.id, "due") == 1
        assert unit.timers.of(first.id) == []
        assert unit.timers.clear(second.id) == 1
        assert unit.timers.next() is None
