"""An SMTP server for tests, with the faults of real ones. Says what happens in lines of JSON on stdout and takes
orders, one a line, on stdin.

  smtp.py [--smtps | --starttls] [--cert FILE --key FILE] [--login NAME:PASSWORD] [--port N]

The local part of a recipient, up to '+', says what comes of their letter:
  later    451 at the first attempt              never    550 each time
  die      the connection ends amid DATA, once   lost     accepted, and the answer is lost, once
  slow     half a second passes first            hold     is not answered before the order, once: 451 then
  keep     the same, and accepted
"""
import argparse
import asyncio
import base64
import email
import email.policy
import json
import ssl
import sys
from collections import Counter

from aiosmtpd.smtp import SMTP, AuthResult

told = Counter()
orders = asyncio.Queue()


def say(**what):
    print(json.dumps(what), flush=True)


def part_of(part):
    return {
        "type": part.get_content_type(),
        "id": part.get("Content-ID"),
        "disposition": part.get_content_disposition(),
        "file": part.get_filename(),
        "params": dict(part["Content-Type"].params) if part["Content-Type"] else {},
        "parts": [part_of(each) for each in part.iter_parts()] if part.is_multipart() else [],
        "content": None if part.is_multipart() else base64.b64encode(part.get_payload(decode=True)).decode(),
    }


def letter_of(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "defects": [str(each) for each in message.defects],
        "raw": base64.b64encode(content).decode(),
        "body": part_of(message),
    }


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        what = address.split("@")[0].split("+")[0]
        told[address] += 1
        say(event="rcpt", to=address)
        if what == "never":
            return "550 5.1.1 no such person"
        if what == "later" and told[address] == 1:
            return "451 4.7.1 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        what = to.split("@")[0].split("+")[0]
        if what == "slow":
            await asyncio.sleep(0.5)
        if what == "hold" and told[to] == 1:
            say(event="held", to=to)
            await orders.get()
            return "451 4.3.0 not now"
        say(event="letter", to=to, sender=envelope.mail_from, tls=session.ssl is not None or "--smtps" in sys.argv,
            user=session.auth_data, **letter_of(envelope.content))
        if what == "keep" and told[to] == 1:
            await orders.get()
        if what == "lost" and told[to] == 1:
            server.transport.abort()
        return "250 OK"


class Server(SMTP):
    async def smtp_DATA(self, arg):
        to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if to.startswith("die") and told[to] == 1:
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def read_orders(loop):
    for line in sys.stdin:
        loop.call_soon_threadsafe(orders.put_nowait, line.strip())


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--starttls", action="store_true")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--login")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    context = None
    if given.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.cert, given.key)

    def judge(server, session, envelope, mechanism, data):
        name = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=name == given.login, handled=False, auth_data=data.login.decode())

    def make():
        return Server(
            Handler(), enable_SMTPUTF8=True, hostname="mail.example.org",
            tls_context=context if given.starttls else None, require_starttls=given.starttls,
            authenticator=judge if given.login else None, auth_required=bool(given.login), auth_require_tls=False)

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(make, "127.0.0.1", given.port, ssl=context if given.smtps else None)
    say(event="listening", port=listening.sockets[0].getsockname()[1])
    loop.run_in_executor(None, read_orders, loop)
    await asyncio.Event().wait()


asyncio.run(main())
