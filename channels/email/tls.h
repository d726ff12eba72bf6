/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_TLS_H
#define RELANCED_EMAIL_TLS_H

/* TLS for SMTP sessions: 1.2 or newer, the server's certificate verified against its configured
 * name (or IPv4 address), and what was wrong with it said in words. */

#include "base/macros.h"
#include "base/strbuf.h"

struct smtp_session; /* libESMTP's */

typedef struct Tls Tls;

/* The system's authorities, and those of ca_file ("": none beside). 0; -EINVAL and a sentence in
 * problem. */
int tls_new(const char *host, const char *ca_file, Tls **ret, StrBuf *problem);
void tls_free(Tls *tls);
DEFINE_CLEANUP(Tls, tls_free)

/* A session is to use TLS; it must end before tls is freed. 0 or -errno. */
int tls_attach(Tls *tls, struct smtp_session *session);

/* Forgets what an earlier handshake came to. */
void tls_reset(Tls *tls);

/* Once SMTP_EV_STARTTLS_OK came: "TLSv1.3; the certificate of CN = … until …"; ssl is its SSL *. */
void tls_describe(const void *ssl, StrBuf *out);

/* Why a handshake failed: true and a sentence if the server's certificate or its TLS is no good and
 * a person must see to it; false if the connection was merely lost. */
bool tls_problem(const Tls *tls, StrBuf *out);

#endif
