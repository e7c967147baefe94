"""Google Cloud Storage's XML API on loopback, as far as Google documents it for these.

The emulators that packages bring speak the JSON API, or read only; obstore writes by
XML: https://cloud.google.com/storage/docs/xml-api/overview. Objects carry a generation,
and a write may ask for one by ``x-goog-if-generation-match`` (0: there is none).
"""

import hashlib
import itertools
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEPT = ("content-type", "cache-control", "x-goog-meta-sha256")


class Google(ThreadingHTTPServer):
    """Objects by bucket/key: their bytes, generation, time and headers."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.parts = {}, {}
        self.generations = itertools.count(1_700_000_000_000_000)
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def keep(self, key, content, heads):
        generation = next(self.generations)
        at = datetime.now(UTC)
        self.objects[key] = content, generation, at, heads
        return generation


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, content=b"", **heads):
        self.send_response(code)
        for name, value in heads.items():
            self.send_header(name.replace("_", "-"), str(value))
        if "content_length" not in heads:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def asked(self):
        parts = urlsplit(self.path)
        key = unquote(parts.path).lstrip("/")
        return key, {k: v[0] for k, v in parse_qs(parts.query, True).items()}

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def heads(self):
        return {k: self.headers[k] for k in KEPT if self.headers[k]}

    def do_GET(self):
        key, query = self.asked()
        if "list-type" in query:
            return self.answer(200, self.listing(key, query.get("prefix", "")))
        if (found := self.server.objects.get(key)) is None:
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        content, generation, at, heads = found
        told = {k.replace("-", "_"): v for k, v in heads.items()}
        return self.answer(
            200,
            content,
            content_length=len(content),
            etag=f'"{hashlib.md5(content).hexdigest()}"',
            last_modified=format_datetime(at, usegmt=True),
            x_goog_generation=generation,
            **told,
        )

    def do_HEAD(self):
        self.do_GET()

    def listing(self, bucket, prefix):
        found = ""
        for key, (content, _, at, _) in sorted(self.server.objects.items()):
            name = key.removeprefix(f"{bucket}/")
            if name != key and name.startswith(prefix):
                found += (
                    f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size>"
                    f"<LastModified>{at.isoformat().replace('+00:00', 'Z')}"
                    "</LastModified></Contents>"
                )
        return f"<ListBucketResult>{found}</ListBucketResult>".encode()

    def do_PUT(self):
        key, query = self.asked()
        content = self.body()
        with self.server.lock:
            if "uploadId" in query:
                place = query["uploadId"], int(query["partNumber"])
                self.server.parts[place] = content
                return self.answer(200, etag=f'"{place[1]}"')
            wanted = self.headers["x-goog-if-generation-match"]
            there = self.server.objects.get(key, (None, 0))[1]
            if wanted is not None and int(wanted) != there:
                code = b"<Error><Code>PreconditionFailed</Code></Error>"
                return self.answer(412, code)
            generation = self.server.keep(key, content, self.heads())
        return self.answer(200, etag='"1"', x_goog_generation=generation)

    def do_POST(self):
        key, query = self.asked()
        self.body()
        if "uploads" in query:
            number = str(next(self.server.generations))
            self.server.parts[number] = self.heads()
            said = f"<X><UploadId>{number}</UploadId></X>"
            said = said.replace("X>", "InitiateMultipartUploadResult>")
            return self.answer(200, said.encode())
        number = query["uploadId"]
        pieces = sorted(k for k in self.server.parts if k[0] == number)
        content = b"".join(self.server.parts[k] for k in pieces)
        generation = self.server.keep(key, content, self.server.parts[number])
        said = b"<CompleteMultipartUploadResult><ETag>1</ETag>"
        return self.answer(
            200,
            said + b"</CompleteMultipartUploadResult>",
            x_goog_generation=generation,
        )

    def do_DELETE(self):
        key, _ = self.asked()
        gone = self.server.objects.pop(key, None)
        return self.answer(204 if gone else 404)
