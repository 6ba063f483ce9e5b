"""What is asked is answered: whole, in order, each client its own."""
import contextlib
import os
import random
import socket
import struct
import threading
import time

from http_client import H, POST, TE, Reader, ask, between, equal, get, post, serving, test


@test
def requests_are_understood():
    with serving() as server, contextlib.closing(server.connect()) as client:
        equal(ask(client, post("/echo?a=%20b", b"body\x00\n")).body, b"POST /echo ? a=%20b from 127.0.0.1\nbody\x00\n")
        equal(ask(client, b"\r\n" + get("/echo")).body, b"GET /echo ?  from 127.0.0.1\n")
        equal(ask(client, TE + b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n").body,
              b"POST /echo ?  from 127.0.0.1\nabc0123456789")
        equal(ask(client, b"BREW /pot HTTP/1.1\r\n" + H + b"\r\n").body, b"BREW /pot ?  from 127.0.0.1\n")
        equal(ask(client, b"OPTIONS * HTTP/1.1\r\n" + H + b"\r\n").body, b"OPTIONS / ?  from 127.0.0.1\n")
        equal(ask(client, b"GET http://A/x HTTP/1.1\r\n" + H + b"\r\n").body, b"GET /x ?  from 127.0.0.1\n")
        equal(ask(client, get("/split")).headers["x-split"], "a  X-Evil: b")


@test
def head_and_empty_answers_have_no_body():
    with serving() as server, contextlib.closing(server.connect()) as client:
        reader = Reader(client)
        client.sendall(b"HEAD /size/5000 HTTP/1.1\r\n" + H + b"\r\n" + get("/status/204") + get("/status/304") +
                       get("/status/599") + get("/echo"))
        answer = reader.answer(head=True)
        equal((answer.status, answer.headers["content-length"]), (200, "5000"))
        answer = reader.answer()
        equal((answer.status, "content-length" in answer.headers, "content-type" in answer.headers),
              (204, False, False))
        equal(reader.answer().status, 304)
        answer = reader.answer()
        equal((answer.status, answer.headers["content-length"]), (599, "0"))
        equal(reader.answer().status, 200)


@test
def http_1_0_is_kept_alive_only_when_asked():
    with serving() as server:
        with contextlib.closing(server.connect()) as client:
            client.sendall(b"GET /echo HTTP/1.0\r\n\r\n")
            reader = Reader(client)
            equal(reader.answer().headers["connection"], "close")
            reader.ended()
        with contextlib.closing(server.connect()) as client:
            request = b"GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
            equal(ask(client, request).headers["connection"], "keep-alive")
            equal(ask(client, request).headers["connection"], "keep-alive")


@test
def pipelined_answers_come_in_order():
    with serving() as server, contextlib.closing(server.connect()) as client:
        delays = [120, 0, 60, 10, 0, 90, 1]
        client.sendall(b"".join(get(f"/delay/{delay}?{i}") for i, delay in enumerate(delays)))
        started = time.monotonic()
        reader = Reader(client)
        for i in range(len(delays)):
            assert f"? {i} ".encode() in reader.answer().body
        between(time.monotonic() - started, 0.1, 0.26, "they run side by side: seconds")


@test
def more_pipelined_requests_than_allowed_wait_their_turn():
    with serving("max_pipelined=4") as server, contextlib.closing(server.connect()) as client:
        client.sendall(b"".join(get(f"/delay/5?{i}") if i % 7 == 0 else post(f"/echo?{i}", b"x" * (i * 3))
                                for i in range(300)))
        reader = Reader(client)
        for i in range(300):
            answer = reader.answer()
            assert f"? {i} ".encode() in answer.body
            equal(answer.body.count(b"x"), 0 if i % 7 == 0 else i * 3)
        client.shutdown(socket.SHUT_WR)
        reader.ended()


@test
def expect_100_continue_is_answered_in_turn():
    expecting = b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    with serving() as server, contextlib.closing(server.connect()) as client:
        reader = Reader(client)
        client.sendall(POST + expecting)
        equal(reader.answer().status, 100)
        client.sendall(b"abc")
        assert reader.answer().body.endswith(b"\nabc")
        client.sendall(POST + expecting + b"abc")
        equal(reader.answer().status, 200, "no interim answer when the body is there already")
        client.sendall(get("/delay/60?first") + POST + expecting)
        assert b"first" in reader.answer().body
        equal(reader.answer().status, 100)
        client.sendall(b"abc")
        equal(reader.answer().status, 200)
        client.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n")
        equal(reader.answer().status, 200)
        client.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 99000000\r\n\r\n")
        equal(reader.answer().status, 413, "refused without an interim answer")
        reader.ended()


@test
def large_bodies_arrive_whole():
    body = os.urandom(1 << 16) * 64
    with serving() as server, contextlib.closing(server.connect()) as client:
        assert ask(client, post("/echo", body)).body.endswith(body)
        chunks = b"".join(b"%x\r\n" % len(body[i:i + 99991]) + body[i:i + 99991] + b"\r\n"
                          for i in range(0, len(body), 99991))
        assert ask(client, TE + chunks + b"0\r\n\r\n").body.endswith(body)
        small = b"".join(b"1\r\n" + body[i:i + 1] + b"\r\n" for i in range(50000))
        assert ask(client, TE + small + b"0\r\n\r\n" + get("/echo")).body.endswith(body[:50000])


@test
def too_large_bodies_are_refused_so_that_the_client_can_read_it():
    with serving("max_body_bytes=100000") as server:
        for head in [POST + b"Content-Length: 20000000\r\n\r\n", TE + b"1312d00\r\n"]:
            with contextlib.closing(server.connect()) as client:
                client.sendall(head + b"x" * 20000000)
                reader = Reader(client)
                equal(reader.answer().status, 413)
                reader.ended()


@test
def answers_that_close_end_the_connection():
    with serving("max_requests_per_connection=3") as server:
        with contextlib.closing(server.connect()) as client:
            client.sendall(get("/echo") + get("/close") + get("/delay/50") + get("/echo"))
            reader = Reader(client)
            equal(reader.answer().status, 200)
            answer = reader.answer()
            equal((answer.body, answer.headers["connection"]), (b"bye\n", "close"))
            reader.ended()
        with contextlib.closing(server.connect()) as client:
            client.sendall(get("/echo") * 5)
            reader = Reader(client)
            equal([reader.answer().headers.get("connection") for _ in range(3)], [None, None, "close"])
            reader.ended()
        with contextlib.closing(server.connect()) as client:
            client.sendall(get("/echo", "Connection: close") + get("/smuggled"))
            reader = Reader(client)
            equal(reader.answer().headers["connection"], "close")
            reader.ended()


def random_request(dice, number):
    """A request and what its answer's body must be."""
    path = dice.choice(["/echo", "/echo", f"/delay/{dice.randrange(30)}"])
    body = bytes([97 + number % 26]) * dice.choice([0, 1, 100, 5000, 70000])
    expected = f"POST {path} ? {number} from 127.0.0.1\n".encode() + body
    if dice.random() < 0.5:
        return post(f"{path}?{number}", body), expected
    chunks, at = [], 0
    while at < len(body):
        size = dice.randrange(1, 20000)
        piece = body[at:at + size]
        chunks.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        at += size
    head = f"POST {path}?{number} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(chunks) + b"0\r\n\r\n", expected


def random_client(server, seed, problems):
    dice = random.Random(seed)
    try:
        requests = [random_request(dice, number) for number in range(dice.randrange(1, 40))]
        leaves_after = dice.randrange(len(requests)) if dice.random() < 0.3 else None
        client = server.connect(receive_buffer=dice.choice([None, 4096]))
        text = b"".join(request for request, _ in requests)

        def send():
            at = 0
            with contextlib.suppress(OSError):
                while at < len(text):
                    size = dice.choice([1, 7, 500, 20000, 300000])
                    client.sendall(text[at:at + size])
                    at += size
                    if dice.random() < 0.2:
                        time.sleep(0.003)
                client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        reader = Reader(client)
        for number, (_, expected) in enumerate(requests):
            if number == leaves_after:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break
            if reader.answer().body != expected:
                raise AssertionError(f"answer {number} is another one's")
        else:
            reader.ended()
        client.close()
        sender.join()
    except Exception as problem:
        problems.append(f"seed {seed}: {type(problem).__name__}: {problem}")


@test
def random_clients_get_their_own_answers():
    problems = []
    with serving("max_pipelined=5", "max_connections=12") as server:
        for round in range(4):
            clients = [threading.Thread(target=random_client, args=(server, round * 16 + i, problems))
                       for i in range(16)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
        time.sleep(0.1)
        equal(problems, [])
        equal(server.stats()["open"], 1, "open")
