"""What the tests of common/http share: the server under test, a client that reads strictly, the list of tests."""
import contextlib
import os
import re
import resource
import signal
import socket
import subprocess

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
