"""Clients that leave, dawdle or are too many; drain."""
import contextlib
import signal
import socket
import struct
import time

from http_client import POST, TE, Reader, ask, between, equal, get, post, serving, test


@test
def half_closed_clients_get_all_their_answers():
    with serving("max_pipelined=2") as server:
        with contextlib.closing(server.connect()) as client:
            client.sendall(get("/delay/60?0") + get("/echo?1") + get("/delay/30?2") + get("/echo?3") + b"GET /cut")
            client.shutdown(socket.SHUT_WR)
            reader = Reader(client)
            for i in range(4):
                assert f"? {i} ".encode() in reader.answer().body
            reader.ended()
        with contextlib.closing(server.connect()) as client:
            client.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\ncut")
            client.shutdown(socket.SHUT_WR)
            Reader(client).ended()


@test
def clients_that_leave_harm_nobody():
    with serving() as server:
        for request in [b"", b"GET /x", get("/delay/80") * 3, POST + b"Content-Length: 9\r\n\r\nab", TE + b"5\r\nab"]:
            client = server.connect()
            client.sendall(request)
            time.sleep(0.02)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        with contextlib.closing(server.connect()) as client:
            client.sendall(get("/size/50000000"))
            client.recv(1000)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.15)
        stats = server.stats()
        equal((stats["open"], stats["gone"]), (1, 3), "open, gone")


@test
def slow_headers_time_out():
    with serving("header_timeout_us=300000") as server, contextlib.closing(server.connect()) as client:
        started = time.monotonic()
        reader = Reader(client)
        for byte in b"GET / HTTP/1.1\r\nX: ":
            client.sendall(bytes([byte]))
            time.sleep(0.01)
        equal(reader.answer().status, 408)
        reader.ended()
        between(time.monotonic() - started, 0.29, 0.6, "seconds")


@test
def slow_bodies_time_out_but_not_those_with_the_minimum_rate():
    settings = ["body_timeout_us=300000", "body_min_bytes_per_s=1000"]
    with serving(*settings) as server:
        with contextlib.closing(server.connect()) as client:
            started = time.monotonic()
            client.sendall(POST + b"Content-Length: 10000\r\n\r\nabc")
            reader = Reader(client)
            equal(reader.answer().status, 408)
            reader.ended()
            between(time.monotonic() - started, 0.29, 0.6, "seconds without a byte")
        with contextlib.closing(server.connect()) as client:
            client.sendall(POST + b"Content-Length: 2000\r\n\r\n")
            for _ in range(10):
                client.sendall(b"x" * 200)
                time.sleep(0.1)
            equal(Reader(client).answer().status, 200, "200 bytes every 100 ms")
        with contextlib.closing(server.connect()) as client:
            client.sendall(TE)
            started = time.monotonic()
            with contextlib.suppress(ConnectionError):
                for _ in range(40):
                    client.sendall(b"5\r\nabcde\r\n")
                    time.sleep(0.02)
            equal(Reader(client).answer().status, 408, "250 bytes a second")
            between(time.monotonic() - started, 0.3, 1.2, "seconds at a quarter of the rate")


@test
def idle_connections_are_closed_silently():
    with serving("idle_timeout_us=300000") as server:
        for before in [b"", b"\r\n", get("/echo"), get("/echo") + b"\r\n"]:
            with contextlib.closing(server.connect()) as client:
                client.sendall(before)
                reader = Reader(client)
                if b"GET" in before:
                    equal(reader.answer().status, 200)
                started = time.monotonic()
                reader.ended()
                between(time.monotonic() - started, 0.25, 0.6, f"idle seconds after {before!r}")


@test
def waiting_for_the_handler_is_not_idling():
    with serving("idle_timeout_us=100000", "header_timeout_us=100000", "write_timeout_us=100000") as server:
        with contextlib.closing(server.connect()) as client:
            equal(ask(client, get("/delay/400")).status, 200)


@test
def slow_readers_get_everything_and_hold_nobody_up():
    with serving() as server, contextlib.closing(server.connect(receive_buffer=4096)) as slow:
        slow.sendall(get("/size/3000000"))
        reader = Reader(slow)
        for _ in range(5):
            reader.more(1000)
            time.sleep(0.02)
            started = time.monotonic()
            with contextlib.closing(server.connect()) as other:
                equal(ask(other, get("/echo")).status, 200)
            between(time.monotonic() - started, 0, 0.5, "another client's seconds")
        equal(reader.answer().body, b"x" * 3000000)


@test
def readers_that_stall_are_closed():
    with serving("write_timeout_us=300000") as server, contextlib.closing(server.connect(4096)) as client:
        client.sendall(get("/size/30000000"))
        time.sleep(0.7)
        equal(server.stats()["open"], 1, "open: only the one that asks")
        with contextlib.suppress(ConnectionError):
            got = 0
            while piece := client.recv(1 << 20):
                got += len(piece)
            assert got < 30000000


@test
def requests_without_readers_do_not_fill_the_memory():
    with serving() as server, contextlib.closing(server.connect()) as client:
        before = server.rss_kb()
        count, sent = 400, 0
        # Far more than the kernel buffers on both sides can hold.
        requests = post("/size/200000", b"y" * 100000) * count
        client.settimeout(0.3)
        with contextlib.suppress(socket.timeout):
            while sent < len(requests):
                sent += client.send(requests[sent:sent + 65536])
        assert sent < len(requests), "the server should have stopped reading"
        between(server.rss_kb() - before, 0, 60000, "kB grown for a client that does not read")
        client.setblocking(False)
        reader, answered = Reader(client), 0
        deadline = time.monotonic() + 20
        data = bytearray()
        while answered < count and time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                sent += client.send(requests[sent:sent + 65536])
            with contextlib.suppress(BlockingIOError):
                data += client.recv(1 << 20)
            while (at := data.find(b"\r\n\r\n")) >= 0 and len(data) >= at + 4 + 200000:
                del data[:at + 4 + 200000]
                answered += 1
        equal((answered, bytes(data)), (count, b""), "answers")


@test
def more_connections_than_allowed_wait():
    with serving("max_connections=2") as server:
        first, second, third = server.connect(), server.connect(), server.connect()
        equal(ask(first, get("/echo")).status, 200)
        equal(ask(second, get("/echo")).status, 200)
        third.sendall(get("/echo"))
        third.settimeout(0.3)
        try:
            third.recv(1)
            raise AssertionError("a third connection was served")
        except socket.timeout:
            pass
        first.close()
        third.settimeout(10)
        equal(Reader(third).answer().status, 200)
        second.close()
        third.close()


@test
def running_out_of_descriptors_passes():
    with serving(files=24) as server:
        clients = [server.connect() for _ in range(40)]
        time.sleep(0.3)
        before = server.cpu_s()
        time.sleep(0.5)
        between(server.cpu_s() - before, 0, 0.15, "seconds of processor while there is no descriptor")
        for client in clients[:30]:
            client.close()
        for client in clients[30:]:
            equal(ask(client, get("/echo")).status, 200)
            client.close()


@test
def drain_finishes_what_runs_and_closes_the_rest():
    with serving() as server:
        idle, running, reading = server.connect(), server.connect(), server.connect()
        equal(ask(idle, get("/echo")).status, 200)
        running.sendall(get("/delay/300?1") + get("/echo?2"))
        reading.sendall(POST + b"Content-Length: 3\r\n\r\na")
        arriving = server.connect()
        time.sleep(0.05)
        server.process.send_signal(signal.SIGTERM)
        Reader(idle).ended()
        try:
            server.connect()
            raise AssertionError("still listening")
        except ConnectionRefusedError:
            pass
        reading.sendall(b"bc")
        equal(ask(reading, b"").headers["connection"], "close")
        arriving.sendall(get("/echo"))
        equal(Reader(arriving).answer().headers["connection"], "close")
        reader = Reader(running)
        assert b"? 1 " in reader.answer().body
        answer = reader.answer()
        assert answer is None or b"? 2 " in answer.body
        for client in (idle, running, reading, arriving):
            client.close()
        equal(server.process.wait(5), 0)


@test
def drain_waits_for_the_work_of_a_client_that_has_gone():
    with serving() as server:
        client = server.connect()
        client.sendall(get("/delay/400"))
        time.sleep(0.05)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        time.sleep(0.05)
        server.process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        equal(server.process.wait(5), 0)
        between(time.monotonic() - started, 0.2, 0.6, "seconds until drained")
