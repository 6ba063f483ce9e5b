"""Smuggling forms and all else that is refused."""
import contextlib

from http_client import H, POST, TE, Reader, equal, get, serving, test

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
def every_refused_form_is_answered_once_and_closes():
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
