"""An API server for tests/cli/collect_api.sh, as awkward as real ones can be. python3 kube_api.py DIR

DIR holds ca.crt, server.crt, server.key. Writes DIR/ports ("API PROXY") once it listens, and a line for each request to
DIR/asked: method, path, Host, user, Accept-Encoding, name in the TLS hello. Users: bearer tokens tok-NAME, basic
basic:pass, a client certificate's CN. Behaviour is by resource, see LISTS and special()."""
import base64
import gzip
import http.server
import json
import os
import select
import socket
import ssl
import sys
import threading
import time

DIR = sys.argv[1]
lock = threading.Lock()
count = {}
PAGE = 100


def note(line):
    with lock, open(os.path.join(DIR, "asked"), "a") as f:
        f.write(line + "\n")


def nth(what):
    """How often this has happened before."""
    with lock:
        count[what] = count.get(what, 0) + 1
        return count[what] - 1


def item(i, ns="default"):
    return {"metadata": {"name": "o%05d" % i, "namespace": ns, "labels": {"app": "x" * 60}}, "data": {"k": "v" * 40}}


# Resources of the core group: name, kind, how many objects.
LISTS = {
    "nodes": ("Node", 0), "pods": ("Pod", 250), "events": ("Event", 250), "configmaps": ("ConfigMap", 250),
    "endpoints": ("Endpoints", 250), "services": ("Service", 3), "secrets": ("Secret", 1),
    "limitranges": ("LimitRange", 1), "serviceaccounts": ("ServiceAccount", 5000), "podtemplates": ("PodTemplate", 1),
    "persistentvolumes": ("PersistentVolume", 1), "resourcequotas": ("ResourceQuota", 1), "namespaces": ("Namespace", 1),
    "persistentvolumeclaims": ("PersistentVolumeClaim", 1), "replicationcontrollers": ("ReplicationController", 120),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def user(self):
        auth = self.headers.get("Authorization", "")
        if auth.startswith("Bearer tok-"):
            return auth[11:]
        if auth.startswith("Basic "):
            name, _, password = base64.b64decode(auth[6:]).decode().partition(":")
            return name if password == "pass" else None
        if auth:
            return None
        cert = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        for part in (cert or {}).get("subject", ()):
            for key, value in part:
                if key == "commonName":
                    return value
        return None

    def send(self, code, body, headers=(), kind="application/json"):
        data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(code)
        if code == 200 and len(data) > 1000 and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def status(self, code, reason, message, headers=(), **more):
        self.send(code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message,
                         "reason": reason, "code": code, "metadata": more}, headers)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        args = dict(p.partition("=")[::2] for p in query.split("&") if p)
        user = self.user()
        tls = getattr(self.connection, "sickbay_sni", "-")
        extra = ["%s=%s" % (k.lower()[18:], v) for k, v in self.headers.items() if k.lower().startswith("impersonate-extra-")]
        extra = ",".join(sorted(extra, key=lambda x: x.partition("=")[0]))  # values of one trait stay in their order
        note("GET %s host=%s user=%s as=%s gzip=%s sni=%s range=%s uid=%s extra=%s" % (
            self.path, self.headers.get("Host"), user, self.headers.get("Impersonate-User"),
            self.headers.get("Accept-Encoding"), tls, self.headers.get("Range"), self.headers.get("Impersonate-Uid"), extra))
        if user is None or (user == "old" and os.path.exists(os.path.join(DIR, "rotated"))):
            return self.status(401, "Unauthorized", "Unauthorized")
        if path == "/version":
            return self.send(200, {"gitVersion": "v1.20.2", "major": "1"})
        if path in ("/livez", "/readyz", "/healthz"):
            return self.send(500, "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n", kind="text/plain")
        if path == "/metrics":
            return self.send(200, "x_total 7\n", kind="text/plain")
        if path == "/apis":
            return self.send(200, {"groups": [{"name": "stable.example.com", "preferredVersion": {"version": "v1"},
                                               "versions": [{"version": "v1"}]}]})
        if path == "/apis/stable.example.com/v1":
            return self.send(200, {"resources": [{"name": "backups", "kind": "Backup", "namespaced": True, "verbs": ["list"]}]})
        if path == "/apis/stable.example.com/v1/backups":
            return self.send(200, {"items": [item(1)]})
        if path == "/api/v1":
            names = {"full": LISTS, "slow": ["nodes", "limitranges"], "hang": ["nodes", "configmaps", "services"],
                     "die": ["nodes", "configmaps", "services"], "loop": ["nodes", "configmaps", "services"],
                     "team": ["nodes", "pods", "services", "configmaps"]}.get(user, ["nodes", "namespaces", "services"])
            return self.send(200, {"resources": [{"name": n, "kind": LISTS[n][0], "verbs": ["get", "list"],
                                                  "namespaced": n not in ("nodes", "namespaces", "persistentvolumes")}
                                                 for n in names]})
        if path == "/api/v1/namespaces/kube-system":
            return self.send(200, {"metadata": {"uid": "1111"}})
        if "/proxy/logs/" in path:
            return self.node_log(path)
        name = path.split("/")[-1]
        # The user team may see the namespace team, and of that no ConfigMaps.
        if user == "team" and path == "/api/v1/" + name or path == "/api/v1/namespaces/team/configmaps":
            return self.status(403, "Forbidden", '%s is forbidden: User "team" cannot list resource "%s"' % (name, name))
        if path == "/api/v1/namespaces/team/pods":
            return self.page(name, args)
        if path == "/api/v1/namespaces/team/services":
            return self.send(200, {"items": []})
        if path == "/api/v1/" + name and name in LISTS:
            return self.special(name, args) or self.page(name, args)
        self.status(404, "NotFound", "the server could not find the requested resource")

    def special(self, name, args):
        """True when the request was dealt with here."""
        cont = args.get("continue", "")
        if name == "configmaps" and cont == "100" and self.user() in ("hang", "die"):
            return self.stop_in(name, args)
        if name == "configmaps" and self.user() == "loop":
            page = self.items(name, args)
            page["metadata"]["continue"] = "100"
            self.send(200, page)
            return True
        if name == "nodes" and self.user() == "mute":
            time.sleep(8)
        if name == "nodes":
            self.send(200, {"items": [{"metadata": {"name": "n1", "labels": {"kubernetes.io/hostname": "n1"}},
                                       "status": {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}]}}]})
        elif name == "secrets":
            self.status(403, "Forbidden", 'secrets is forbidden: User "x" cannot list resource "secrets"')
        elif name == "services" and nth("services") == 0:
            self.status(429, "TooManyRequests", "too many requests", [("Retry-After", "1")])
        elif name == "configmaps" and cont == "200" and "fresh" not in args.get("continue", ""):
            self.status(410, "Expired", "The provided continue parameter is too old", **{"continue": "fresh200"})
        elif name == "endpoints" and cont == "100" and nth("endpoints") == 0:
            self.status(410, "Expired", "The provided continue parameter is too old")
        elif name == "events" and cont == "100" and nth("events") == 0:
            self.cut(name, args)
        elif name == "limitranges":
            if self.user() == "slow":
                time.sleep(20)
            self.send(200, {"items": []})
        elif name == "podtemplates":
            self.send(500, "storage is on fire", kind="text/plain")
        elif name == "persistentvolumes":
            self.send(302, "", [("Location", "http://127.0.0.1:1/elsewhere")])
        elif name == "resourcequotas":
            self.status(503, "ServiceUnavailable", "come back tomorrow", [("Retry-After", "86400")])
        elif name == "persistentvolumeclaims":
            self.send(200, '{"items": [{"metadata": {"name": "a", "namespace": "default"}}, {"metad')
        elif name == "serviceaccounts":
            self.stream(name)
        else:
            return False
        return True

    def items(self, name, args):
        start = int(args.get("continue", "0").replace("fresh", "") or 0)
        total = LISTS[name][1]
        end = min(start + PAGE, total)
        meta = {"resourceVersion": "7"}
        if end < total:
            meta["continue"] = str(end)
        return {"kind": LISTS[name][0] + "List", "apiVersion": "v1", "metadata": meta,
                "items": [item(i) for i in range(start, end)]}

    def page(self, name, args):
        self.send(200, self.items(name, args))

    def half(self, name, args):
        """A page is promised, and half of it sent."""
        data = json.dumps(self.items(name, args)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        self.close_connection = True

    def cut(self, name, args):
        """Half a page, and the connection is gone."""
        self.half(name, args)
        self.connection.close()

    def stop_in(self, name, args):
        """Half a page; then nothing more comes, or the whole server is gone."""
        self.half(name, args)
        if self.user() == "die":
            os._exit(0)
        time.sleep(20)
        return True

    def stream(self, name):
        """An old server: it knows no limit, and sends all in chunks."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

        def chunk(s):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(s), s))
        chunk(b'{"kind": "ServiceAccountList", "apiVersion": "v1", "items": [')
        for i in range(LISTS[name][1]):
            chunk((("," if i else "") + json.dumps(item(i, "ns%d" % (i // 1000)))).encode())
        chunk(b"]}")
        self.wfile.write(b"0\r\n\r\n")

    def node_log(self, path):
        if not path.endswith("/kubelet.log"):
            return self.send(404, "404 page not found\n", kind="text/plain")
        text = "".join("line %d of the kubelet\n" % i for i in range(1000)).encode()
        want = self.headers.get("Range", "")
        if want.startswith("bytes=-"):
            return self.send(206, text[-int(want[7:]):], kind="text/plain")
        self.send(200, text, kind="text/plain")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


def tls_context():
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(os.path.join(DIR, "server.crt"), os.path.join(DIR, "server.key"))
    ctx.load_verify_locations(os.path.join(DIR, "ca.crt"))
    ctx.verify_mode = ssl.CERT_OPTIONAL

    def hello(sock, name, _):
        sock.sickbay_sni = name
    ctx.sni_callback = hello
    return ctx


def serve_api():
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = tls_context().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Proxy(http.server.BaseHTTPRequestHandler):
    """CONNECT, for those who say user:secret."""

    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        good = "Basic " + base64.b64encode(b"user:secret").decode()
        note("CONNECT %s %s" % (self.path, "known" if self.headers.get("Proxy-Authorization") == good else "unknown"))
        if self.headers.get("Proxy-Authorization") != good:
            self.send_response(407)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        host, _, port = self.path.partition(":")
        # The name is known to the proxy alone.
        with socket.create_connection(("127.0.0.1" if host.endswith(".test") else host, int(port))) as out:
            self.send_response(200)
            self.end_headers()
            self.pump(out)
        self.close_connection = True

    def pump(self, out):
        pair = {self.connection: out, out: self.connection}
        while True:
            for s in select.select(list(pair), [], [])[0]:
                data = s.recv(65536)
                if not data:
                    return
                pair[s].sendall(data)


def serve_proxy():
    server = Server(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


ports = "%d %d\n" % (serve_api(), serve_proxy())
with open(os.path.join(DIR, "ports.new"), "w") as f:
    f.write(ports)
os.rename(os.path.join(DIR, "ports.new"), os.path.join(DIR, "ports"))
while os.path.exists(os.path.join(DIR, "ports")):
    time.sleep(0.2)
