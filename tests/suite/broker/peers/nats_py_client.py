"""A day in the life of a nats-py client; one line for each thing that went as it should.

usage: nats_py_client.py URL
"""

import asyncio
import sys

import nats
from nats.errors import NoRespondersError

BINARY = b"PING\r\nMSG a 1 3\r\n\x00\xff\xfe" + bytes(range(256))


async def main(url):
    complaints = []

    async def error_cb(error):
        complaints.append(repr(error))

    async def closed_cb():
        print("closed")

    client = await nats.connect(
        url,
        name="nats-py",
        allow_reconnect=False,
        error_cb=error_cb,
        closed_cb=closed_cb,
    )
    assert client.is_connected
    assert client.max_payload == 1_048_576
    assert client.client_id > 0
    print("connected")

    subscription = await client.subscribe("binary.*")
    for size in (0, 1, len(BINARY)):
        await client.publish("binary.data", BINARY[:size])
        message = await subscription.next_msg(timeout=10)
        assert (message.subject, message.data) == ("binary.data", BINARY[:size])
    largest = bytes(client.max_payload)
    await client.publish("binary.large", largest)
    assert (await subscription.next_msg(timeout=10)).data == largest
    print("binary payloads")

    await client.publish("binary.headers", b"x", headers={"A": "1", "B-b": "two words"})
    message = await subscription.next_msg(timeout=10)
    assert message.headers == {"A": "1", "B-b": "two words"}
    print("headers")

    async def answer(message):
        await message.respond(message.data[::-1])

    await client.subscribe("reverse", cb=answer)
    for word in (b"abc", b"", BINARY):
        reply = await client.request("reverse", word, timeout=10)
        assert reply.data == word[::-1]
    old = await client.request("reverse", b"old", timeout=10, old_style=True)
    assert old.data == b"dlo"
    print("requests")

    try:
        await client.request("nobody.there", b"", timeout=10)
    except NoRespondersError:
        print("no responders")

    received = []

    async def collect(message):
        received.append(message.data)

    members = [await client.subscribe("queue", "group", cb=collect) for _ in range(3)]
    for number in range(30):
        await client.publish("queue", b"%d" % number)
    await client.flush(timeout=10)
    await members[0].drain()
    await members[1].drain()
    await members[2].drain()
    assert sorted(received, key=int) == [b"%d" % number for number in range(30)], received
    print("queue group")

    limited = await client.subscribe("limited")
    await limited.unsubscribe(limit=2)
    for number in range(4):
        await client.publish("limited", b"%d" % number)
    await client.flush(timeout=10)
    assert [(await limited.next_msg(timeout=10)).data for _ in range(2)] == [b"0", b"1"]
    print("limited")

    await client.subscribe("late", cb=collect)
    received.clear()
    for _ in range(100):
        await client.publish("late", b"x")
    await client.drain()
    assert len(received) == 100, len(received)
    assert client.is_closed
    print("drained")

    client = await nats.connect(url, name="nats-py again", error_cb=error_cb)
    assert await client.rtt() < 10 if hasattr(client, "rtt") else True
    await client.flush(timeout=10)
    await client.close()
    assert client.is_closed
    assert not complaints, complaints
    print("done")


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 60))
