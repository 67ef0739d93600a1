"""A mail server for the tests: writes each message that it takes to the folder named on its command line, and prints
its port. Mail to later@… is put off once for each Message-ID, mail to never@… is refused."""

import asyncio
import email
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0
        self.put_off = set()

    async def handle_DATA(self, server, session, envelope):
        key = email.message_from_bytes(envelope.content)["Message-ID"]
        to = ",".join(envelope.rcpt_tos)
        if "never@" in to:
            return "550 5.7.1 nobody of this name\tlives here"
        if "later@" in to and key not in self.put_off:
            self.put_off.add(key)
            return "451 4.3.0 come back soon"
        self.count += 1
        part = self.folder / f".{self.count}.part"
        part.write_bytes(f"X-To: {to}\r\nX-From: {envelope.mail_from}\r\n".encode() + envelope.content)
        part.rename(self.folder / f"{self.count}.eml")
        return "250 OK"


async def main():
    handler = Handler(pathlib.Path(sys.argv[1]))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes its input.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
