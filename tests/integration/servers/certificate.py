# SPDX-License-Identifier: MIT
"""Certificates for servers on this machine, made by openssl: good ones and bad ones."""

import pathlib
import subprocess

from servers.process import program

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
WEAK_KEY = ("-newkey", "rsa:1024", "-nodes")


def openssl(*arguments):
    subprocess.run([program("openssl"), *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """`file` is the certificate to trust; issue() makes one file of a certificate and its key."""

    def __init__(self, folder, name="ca"):
        self.folder = pathlib.Path(folder)
        self.file, self.key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        openssl("req", "-x509", *KEY, "-keyout", self.key, "-out", self.file, "-days", 2,
                "-subj", f"/CN={name}")

    def issue(self, name, names="DNS:localhost,IP:127.0.0.1", days=2, key=KEY):
        base = self.folder / name
        request, extensions = base.with_suffix(".csr"), base.with_suffix(".ext")
        key_file, certificate = base.with_suffix(".key"), base.with_suffix(".crt")
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("req", *key, "-keyout", key_file, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-days", days,
                "-CAcreateserial", "-extfile", extensions, "-out", certificate)
        whole = base.with_suffix(".pem")
        whole.write_text(certificate.read_text() + key_file.read_text())
        return whole
