#!/usr/bin/env python3
"""PostgreSQL's full text search fed over a pipe: a line with the number of texts, the texts, then queries, all in JSON;
each is answered by a line. It runs in a cluster of its own that is thrown away: a unix socket only, no `fsync`.

    postgres.py [ts_rank|ts_rank_cd]
"""

import glob
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import psycopg

TABLE = """
CREATE TABLE texts (id text, title text, body text, words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'D')) STORED)
"""
# The title counts three times as much. The weights are those of D, C, B and A.
SELECT = """
SELECT id FROM texts, to_tsquery('english', %s) AS wanted WHERE words @@ wanted
ORDER BY {rank}('{{0.333, 0.333, 0.333, 1}}', words, wanted, 1) DESC, id LIMIT 10
"""


class Cluster:
    """Up within `with`."""

    def __enter__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[-2]))
        self.programs = pathlib.Path(found[-1] if found else os.path.dirname(shutil.which("postgres") or ""))
        self.folder, self.options = pathlib.Path(tempfile.mkdtemp(prefix="pg-")), {}
        # It refuses to run as root.
        if os.geteuid() == 0:
            names = {user.pw_name for user in pwd.getpwall()}
            user = "postgres" if "postgres" in names else "nobody"
            shutil.chown(self.folder, user)
            self.options = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        self._run("initdb", "-D", self.folder / "data", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c jit=off "
        settings += "-c shared_buffers=1GB -c work_mem=64MB -c maintenance_work_mem=512MB -c max_wal_size=8GB"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-o", settings, "start")
        return psycopg.connect(f"host={self.folder} user=bench dbname=postgres", autocommit=True)

    def _run(self, program, *arguments):
        null = subprocess.DEVNULL
        command = [self.programs / program, *arguments]
        subprocess.run(command, check=True, stdin=null, stdout=null, stderr=null, cwd="/", **self.options)

    def __exit__(self, *_):
        try:
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def say(line):
    print(json.dumps(line), flush=True)


def main():
    # A cluster does not outlive its client.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    select = SELECT.format(rank=sys.argv[1] if len(sys.argv) > 1 else "ts_rank_cd")
    clean = lambda text: text.replace("\0", " ")
    texts = [json.loads(sys.stdin.readline()) for _ in range(int(sys.stdin.readline()))]
    with Cluster() as connection:
        began = time.perf_counter()
        connection.execute(TABLE)
        with connection.cursor().copy("COPY texts (id, title, body) FROM STDIN") as rows:
            for text in texts:
                rows.write_row((text["id"], clean(text["title"]), clean(text["body"])))
        connection.execute("CREATE INDEX ON texts USING gin (words)")
        seconds = time.perf_counter() - began
        connection.execute("VACUUM ANALYZE texts")
        size = connection.execute("SELECT pg_total_relation_size('texts')").fetchone()[0]
        say({"seconds": seconds, "bytes": size, "place": "disk"})
        del texts
        for line in sys.stdin:
            words = " | ".join(f"'{word}'" for word in re.findall(r"[^\W_]+", json.loads(line)))
            began = time.perf_counter()
            rows = connection.execute(select, (words,)).fetchall() if words else []
            say({"ms": (time.perf_counter() - began) * 1e3, "ids": [row[0] for row in rows]})


if __name__ == "__main__":
    main()
