/* SPDX-License-Identifier: MIT */
/*
 * Owns the SSL_CTX that libESMTP's sessions share. libESMTP's own context is freed by its first
 * session, verifies nothing during the handshake, and compares names with DNS's canonical name and
 * never with an address: so the context is ours, the whole verdict is OpenSSL's, within the
 * handshake, before a byte of mail. Never lets a bad certificate pass; fails with what is wrong
 * with which certificate.
 */

#include "channels/email/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libesmtp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <time.h>

/* libesmtp.h declares it only where <openssl/ssl.h> was included before. */
int smtp_starttls_set_ctx(smtp_session_t session, SSL_CTX *context);

struct Tls {
        SSL_CTX *context;
        char *host;
        bool is_address;
        StrBuf problem; /* of the last certificate that did not pass */
};

void tls_free(Tls *tls)
{
        if (!tls)
                return;
        SSL_CTX_free(tls->context);
        strbuf_release(&tls->problem);
        free(tls->host);
        free(tls);
}

static void add_name(StrBuf *out, const X509_NAME *name)
{
        BIO *memory = BIO_new(BIO_s_mem());
        char *text = NULL;

        if (!memory)
                return;
        X509_NAME_print_ex(memory, name, 0, XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
        long length = BIO_get_mem_data(memory, &text);
        strbuf_add_bytes(out, text, (size_t)MIN(length, 200L));
        BIO_free(memory);
}

static void add_certificate(StrBuf *out, const X509 *certificate)
{
        struct tm end;
        char day[sizeof("2026-03-05")] = "?";

        strbuf_add(out, "the certificate of ");
        add_name(out, X509_get_subject_name(certificate));
        strbuf_add(out, ", issued by ");
        add_name(out, X509_get_issuer_name(certificate));
        if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1)
                strftime(day, sizeof(day), "%F", &end);
        strbuf_addf(out, ", valid until %s", day);
}

/* Called for each certificate of the chain, and again for what is wrong with it. */
static int on_verify(int is_good, X509_STORE_CTX *store)
{
        SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        Tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
        const X509 *certificate = X509_STORE_CTX_get_current_cert(store);

        if (is_good || tls->problem.length > 0)
                return is_good;
        strbuf_addf(&tls->problem, "the TLS certificate of %s did not pass: %s", tls->host,
                X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
        if (certificate) {
                strbuf_add(&tls->problem, " (");
                add_certificate(&tls->problem, certificate);
                strbuf_add(&tls->problem, ")");
        }
        return 0;
}

/* libESMTP makes the SSL object and begins at once: here is the only place to name the server. */
static void on_state(const SSL *ssl, int where, int result)
{
        const Tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

        (void)result;
        if ((where & SSL_CB_HANDSHAKE_START) && !tls->is_address)
                SSL_set_tlsext_host_name((SSL *)ssl, tls->host);
}

static int set_host(Tls *tls)
{
        X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(tls->context);
        struct in_addr address;

        X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        /* A certificate of ca_file may be the server's own. */
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
        tls->is_address = inet_pton(AF_INET, tls->host, &address) == 1;
        return tls->is_address ? X509_VERIFY_PARAM_set1_ip_asc(parameters, tls->host)
                               : X509_VERIFY_PARAM_set1_host(parameters, tls->host, 0);
}

int tls_new(const char *host, const char *ca_file, Tls **ret, StrBuf *problem)
{
        _cleanup_(tls_freep) Tls *tls = calloc(1, sizeof(*tls));

        if (!tls || !(tls->host = strdup(host)))
                return -ENOMEM;
        tls->context = SSL_CTX_new(TLS_client_method());
        if (!tls->context || SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1 ||
                set_host(tls) != 1)
                return -ENOMEM;
        SSL_CTX_set_default_verify_paths(tls->context);
        if (*ca_file && SSL_CTX_load_verify_file(tls->context, ca_file) != 1) {
                const char *reason = ERR_reason_error_string(ERR_peek_error());
                strbuf_addf(problem, "ca_file: %s holds no certificates that can be read: %s",
                        ca_file, reason ? reason : "unknown error");
                ERR_clear_error();
                return -EINVAL;
        }
        SSL_CTX_set_app_data(tls->context, tls);
        SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, on_verify);
        SSL_CTX_set_info_callback(tls->context, on_state);
        *ret = TAKE_PTR(tls);
        return 0;
}

int tls_attach(Tls *tls, struct smtp_session *session)
{
        return smtp_starttls_enable(session, Starttls_REQUIRED) &&
                               smtp_starttls_set_ctx(session, tls->context)
                       ? 0
                       : -EINVAL;
}

void tls_reset(Tls *tls)
{
        strbuf_release(&tls->problem);
        ERR_clear_error();
}

void tls_describe(const void *ssl, StrBuf *out)
{
        X509 *certificate = SSL_get1_peer_certificate(ssl);

        strbuf_addf(out, "%s", SSL_get_version(ssl));
        if (!certificate)
                return;
        strbuf_add(out, ", ");
        add_certificate(out, certificate);
        X509_free(certificate);
}

bool tls_problem(const Tls *tls, StrBuf *out)
{
        unsigned long error = ERR_peek_error();

        if (tls->problem.length > 0) {
                strbuf_add(out, strbuf_text(&tls->problem));
                return true;
        }
        if (error == 0 || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
                return false;
        const char *reason = ERR_reason_error_string(error);
        strbuf_addf(out, "no TLS 1.2 or newer could be agreed on with %s: %s", tls->host,
                reason ? reason : "unknown error");
        return true;
}
