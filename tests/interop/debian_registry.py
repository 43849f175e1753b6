"""Debian's docker-registry on a free port of loopback, with deletion allowed."""

import shutil
import socket
import subprocess
import time
import urllib.request

PROGRAM = shutil.which("docker-registry")


class DebianRegistry:
    """Keeps what is pushed below a folder of work; with PROGRAM None there is none."""

    def __init__(self, work):
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        config = work / f"registry-{self.port}.yml"
        config.write_text(f"""version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {work}/registry-{self.port}}}
  delete: {{enabled: true}}
http: {{addr: {self.host}}}
""")
        self.process = subprocess.Popen([PROGRAM, "serve", str(config)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://{self.host}/v2/", timeout=1)
                break
            except OSError:
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
