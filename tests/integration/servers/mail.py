# SPDX-License-Identifier: MIT
"""A mail server by aiosmtpd that wants a login or speaks TLS. Skips the test where it is missing."""

import warnings

import pytest

from servers.process import START_S, free_port

controller = pytest.importorskip("aiosmtpd.controller")
smtp = pytest.importorskip("aiosmtpd.smtp")


class MailServer(controller.Controller):
    """On this machine, while it is a context. Without TLS only a login with that password may send;
    `mails` are the envelopes that were taken."""

    def __init__(self, tls=None, password="right"):
        self.mails, self.password = [], password.encode()
        super().__init__(self, hostname="127.0.0.1", port=free_port(), tls_context=tls,
                         ready_timeout=START_S, require_starttls=tls is not None,
                         auth_require_tls=False,
                         auth_required=tls is None, authenticator=self.judge)

    def judge(self, server, session, envelope, mechanism, credentials):
        return smtp.AuthResult(success=credentials.password == self.password, handled=False)

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return "250 queued as 4711"

    def __enter__(self):
        warnings.simplefilter("ignore", UserWarning)  # a login without TLS is what is wanted
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()
