#!/usr/bin/env python3
"""common/http over real sockets: smuggling forms, time-outs, order, leaving clients, drain.

usage: http_test.py PATH_OF_http_test_server [name ...]
"""
import contextlib
import os
import random
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

TESTS = []
SERVER = None


def test(function):
    TESTS.append(function)
    return function


class Server:
    def __init__(self, *settings, files=None):
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        self.process = subprocess.Popen([SERVER, *settings], stdout=subprocess.PIPE, preexec_fn=limit)
        self.port = int(self.process.stdout.readline().split()[1])

    def connect(self, receive_buffer=None):
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(20)
        client.connect(("127.0.0.1", self.port))
        return client

    def stats(self):
        with contextlib.closing(self.connect()) as client:
            client.sendall(b"GET /stats HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            words = Reader(client).answer().body.split()
        return {words[i].decode(): int(words[i + 1]) for i in range(0, len(words), 2)}

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_kb(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        self.process.stdout.close()
        equal(code, 0, "the server's exit code")


@contextlib.contextmanager
def serving(*settings, **options):
    server = Server(*settings, **options)
    try:
        yield server
    except BaseException:
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        raise
    server.stop()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Reader:
    """Answers of one connection, read strictly."""

    def __init__(self, client):
        self.client, self.bytes = client, b""

    def more(self, size=65536):
        got = self.client.recv(size)
        self.bytes += got
        return len(got) > 0

    def answer(self, head=False):
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                if self.bytes:
                    raise AssertionError(f"cut off: {self.bytes!r}")
                return None
        top, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z -]+", lines[0]).group(1))
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in headers, f"twice: {name}"
            headers[name.lower()] = value
        if status == 100:
            return Answer(status, headers, b"")
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"]), headers["date"]
        size = 0 if head or status in (204, 304) else int(headers["content-length"])
        pieces, have = [self.bytes], len(self.bytes)
        while have < size:
            got = self.client.recv(1 << 20)
            assert got, "the body is cut off"
            pieces.append(got)
            have += len(got)
        everything = b"".join(pieces)
        self.bytes = everything[size:]
        return Answer(status, headers, everything[:size])

    def ended(self):
        assert self.bytes == b"", f"more than expected: {self.bytes!r}"
        assert not self.more(), f"more than expected: {self.bytes!r}"


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r} instead of {wanted!r}")


def between(got, least, most, what):
    if not least <= got <= most:
        raise AssertionError(f"{what}: {got} is not within {least} and {most}")


def get(path, *headers):
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n".encode()


def post(path, body, *headers):
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def ask(client, request):
    client.sendall(request)
    return Reader(client).answer()


H = b"Host: a\r\n"
POST = b"POST /echo HTTP/1.1\r\n" + H
TE = POST + b"Transfer-Encoding: chunked\r\n\r\n"

# Each is followed on the wire by a whole request for /smuggled, which must never be answered.
REFUSED = [
    (400, POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n12345"),
    (400, POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n"),
    (400, POST + b"Content-Length: 5, 5\r\n\r\n12345"),
    (400, POST + b"Content-Length: +5\r\n\r\n12345"),
    (400, POST + b"Content-Length: -5\r\n\r\n12345"),
    (400, POST + b"Content-Length: 0x5\r\n\r\n12345"),
    (400, POST + b"Content-Length: 5 \x0b\r\n\r\n12345"),
    (400, POST + b"Content-Length : 5\r\n\r\n12345"),
    (400, POST + b"Content-Length\t: 5\r\n\r\n12345"),
    (400, POST + b"Content-Length: \r\n 5\r\n\r\n12345"),
    (400, POST + b"Content-Length:\r\n\r\n"),
    (413, POST + b"Content-Length: 18446744073709551621\r\n\r\n12345"),
    (413, POST + b"Content-Length: 4294967301\r\n\r\n12345"),
    (400, POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: identity\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: cow\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, TE + b"0x5\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"5 \r\n12345\r\n0\r\n\r\n"),
    (400, TE + b" 5\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"+5\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"-5\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"5\n12345\r\n0\r\n\r\n"),
    (400, TE + b"5\r12345\r\n0\r\n\r\n"),
    (400, TE + b"5\r\n12345\n0\r\n\r\n"),
    (400, TE + b"5\r\n123456\r\n0\r\n\r\n"),
    (400, TE + b"5\r\n123450\r\n\r\n"),
    (400, TE + b"\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"000000005\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"5;a\nb\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"5;" + b"a" * 300 + b"\r\n12345\r\n0\r\n\r\n"),
    (400, TE + b"0\r\n\n"),
    (400, TE + b"0\r\nX: a\n\r\n"),
    (400, TE + b"0\r\nX : a\r\n\r\n"),
    (400, TE + b"0\r\n X: a\r\n\r\n"),
    (413, TE + b"7fffffff\r\n12345"),
    (413, TE + b"ffffffff\r\n12345"),
    (400, b"GET /echo HTTP/1.1\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + H + b"\r\n"),
    (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\nHost:\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    (400, b"GET http://b/echo HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET http://u@a/echo HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /echo HTTP/1.1\n" + H + b"\r\n"),
    (400, b"GET /echo HTTP/1.1\r\nHost: a\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\nHost: a\r\n\n"),
    (400, b"GET /echo HTTP/1.1\r\n Host: a\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b"X: a\r\n b\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b"X: a\x00b\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b"X: a\x7f\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b"X y: a\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b"X\x00: a\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b": a\r\n\r\n"),
    (400, b"GET /echo HTTP/1.1\r\n" + H + b"X\r\n\r\n"),
    (400, b"GET  /echo HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /echo  HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /echo\r\n" + H + b"\r\n"),
    (400, b"GET /ec\x00ho HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /\xc3\xa4 HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /echo HTTP/1.1 \r\n" + H + b"\r\n"),
    (400, b"GET /echo HTTP/1.10\r\n" + H + b"\r\n"),
    (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"),
    (400, b"\r\n\r\nGET /echo HTTP/1.1\r\n" + H + b"\r\n"),
    (505, b"GET /echo HTTP/2.0\r\n" + H + b"\r\n"),
    (505, b"GET /echo HTTP/1.2\r\n" + H + b"\r\n"),
    (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (501, b"CONNECT a:443 HTTP/1.1\r\n" + H + b"\r\n"),
    (417, POST + b"Expect: cow\r\nContent-Length: 5\r\n\r\n12345"),
    (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + H + b"\r\n"),
    (431, b"GET / HTTP/1.1\r\n" + H + b"X: " + b"a" * 17000 + b"\r\n\r\n"),
    (431, b"GET / HTTP/1.1\r\n" + H + b"X: a\r\n" * 100 + b"\r\n"),
]


def refused_once(server, status, form, pieces):
    with contextlib.closing(server.connect()) as client:
        reader = Reader(client)
        for piece in pieces(form + get("/smuggled")):
            client.sendall(piece)
        answer = reader.answer()
        equal(answer.status, status, f"status of {form[:200]!r}")
        equal(answer.headers.get("connection"), "close", f"connection of {form[:200]!r}")
        assert b"smuggled" not in answer.body
        reader.ended()


@test
def every_refused_form_is_answered_once_and_closes(server=None):
    with serving() as server:
        for status, form in REFUSED:
            refused_once(server, status, form, lambda text: [text])
        equal(server.stats()["refused"], len(REFUSED), "refused")
        for status, form in REFUSED:
            if len(form) < 1000:
                refused_once(server, status, form, lambda text: [text[:20], text[20:55], text[55:]])
        equal(server.stats()["requests"], 2, "requests that reached the handler")


@test
def a_refusal_waits_for_the_answers_before_it():
    with serving() as server, contextlib.closing(server.connect()) as client:
        client.sendall(get("/delay/80?1") + get("/echo?2") + b"GET / HTTP/1.1\n\n" + get("/smuggled"))
        reader = Reader(client)
        assert b"? 1 " in reader.answer().body
        assert b"? 2 " in reader.answer().body
        equal(reader.answer().status, 400)
        reader.ended()


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


def main():
    global SERVER
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SERVER = sys.argv[1]
    failed = 0
    for function in TESTS:
        if len(sys.argv) > 2 and function.__name__ not in sys.argv[2:]:
            continue
        started = time.monotonic()
        try:
            function()
            print(f"ok http {function.__name__} ({time.monotonic() - started:.2f} s)", flush=True)
        except Exception as problem:
            failed += 1
            print(f"not ok http {function.__name__}: {type(problem).__name__}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
