/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-http: makes one HTTPS request that it is handed on standard input
 * (hooks/api/http_internal.h). It has no privileges: started by root, it becomes nobody or does
 * nothing. */
#include <curl/curl.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "hooks/api/http_internal.h"

#define HEADERS_MAX_BYTES (256u << 10)
#define STALL_S           60 /* without a byte, where the whole may take longer than that */
#define IN_API            " in [api] of /etc/sitecage.conf"

struct answer {
    CURL *curl;
    struct sc_buf body;
    size_t max, headers;
    unsigned lines; /* that are to come still, where so many are enough */
    bool too_big, some, enough;
};

/* ---- who we are ---- */

static int drop_root(struct sc_error *err)
{
    if (getuid() != 0 && geteuid() != 0)
        return 0;
    const struct passwd *pw = getpwnam("nobody");
    if (geteuid() != 0 || !pw || pw->pw_uid == 0 || pw->pw_gid == 0)
        return sc_error_set(err, SC_E_DENIED,
                            "sitecage-http cannot become user nobody, and does "
                            "not run with root's rights");
    gid_t gid = pw->pw_gid;
    uid_t uid = pw->pw_uid;
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return sc_error_sys(err, errno, "sitecage-http cannot become user nobody");
    if (setuid(0) == 0 || setgid(0) == 0)
        return sc_error_set(err, SC_E_DENIED, "sitecage-http cannot give up root's rights");
    return 0;
}

/* No core dump, nobody else of this user looks into our memory, nothing of the environment. */
static int settle(struct sc_error *err)
{
    int rc = drop_root(err);
    if (rc < 0)
        return rc;
    const struct rlimit none = {0, 0};
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || clearenv() != 0)
        return sc_error_sys(err, errno, "sitecage-http cannot protect itself");
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    return 0;
}

/* ---- the request ---- */

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
    (void)data;
    struct answer *a = arg;
    a->headers += size * n;
    a->too_big = a->headers > HEADERS_MAX_BYTES;
    return a->too_big ? 0 : size * n;
}

static void count_lines(struct answer *a, const char *data, size_t len)
{
    for (const char *end = data + len;
         a->lines && (data = memchr(data, '\n', (size_t)(end - data))); data++) {
        a->some = true;
        a->enough = --a->lines == 0;
    }
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct answer *a = arg;
    long status = 0;
    curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return 0; /* what an error page says is nobody's business */
    a->too_big = size * n > a->max - a->body.len;
    if (!a->too_big)
        sc_buf_add(&a->body, data, size * n);
    count_lines(a, data, size * n);
    return a->too_big || a->enough || a->body.failed ? 0 : size * n;
}

/* CURLOPT_PROTOCOLS became deprecated when its successor came, in 7.85. */
static CURLcode https_only(CURL *c)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
#else
    return curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
}

/* All options that protect; false when this libcurl lacks one. */
static bool set_safe(CURL *c)
{
    return https_only(c) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

static int connect_ms(const struct sc_http_request *rq)
{
    return rq->connect_ms && rq->connect_ms < rq->timeout_ms ? rq->connect_ms : rq->timeout_ms;
}

static bool set_limits(CURL *c, const struct sc_http_request *rq)
{
    return curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)rq->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms(rq)) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)STALL_S) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)rq->max_bytes) == CURLE_OK;
}

/* An answer that goes on: a server that was cut off is noticed by the kernel. */
static int stay_awake(void *arg, curl_socket_t fd, curlsocktype purpose)
{
    (void)arg, (void)purpose;
    const int on = 1, idle = 1, between = 1, give_up_ms = 2500;
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &give_up_ms, sizeof(give_up_ms));
    return CURL_SOCKOPT_OK;
}

/* Not by a file's name: root alone may read the file. It stays open until the program ends. */
static bool set_pem(CURL *c, CURLoption option, const char *pem)
{
    char path[64];
    int fd = memfd_create("pem", MFD_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return fd >= 0 && sc_write_all(fd, pem, strlen(pem)) == 0 &&
           curl_easy_setopt(c, option, path) == CURLE_OK;
}

static bool set_request(CURL *c, const struct sc_http_request *rq, struct curl_slist **headers)
{
    bool ok = curl_easy_setopt(c, CURLOPT_URL, rq->url) == CURLE_OK;
    if (rq->ca_file) /* alone: the system's folder would be trusted, too */
        ok = ok && curl_easy_setopt(c, CURLOPT_CAINFO, rq->ca_file) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
    if (rq->cert)
        ok = ok && set_pem(c, CURLOPT_SSLCERT, rq->cert) && set_pem(c, CURLOPT_SSLKEY, rq->key);
    if (rq->lines)
        ok = ok && curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, stay_awake) == CURLE_OK;
    if (rq->user)
        ok = ok && curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_USERNAME, rq->user) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_PASSWORD, rq->password ? rq->password : "") == CURLE_OK;
    if (rq->body)
        ok = ok && curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body_len) ==
                 CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_POSTFIELDS, rq->body) == CURLE_OK;
    /* "Expect:" keeps curl from asking first whether a long body is welcome */
    for (size_t i = 0; ok; i++) {
        const char *h = i ? rq->headers[i - 1] : "Expect:";
        struct curl_slist *more = h ? curl_slist_append(*headers, h) : NULL;
        if (!h)
            break;
        ok = more != NULL;
        *headers = more ? more : *headers;
    }
    return ok && curl_easy_setopt(c, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
}

/* ---- what went wrong ---- */

static int redirected(CURL *c, const char *origin, long status, struct sc_error *err)
{
    static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const char *to = NULL;
    curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &to);
    const char *host = to ? strstr(to, "://") : NULL;
    host = host ? host + 3 : "";
    size_t authority = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', authority);
    if (at) {
        authority -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    size_t len = strspn(host, ok);
    if (len > authority)
        len = authority;
    return sc_error_set(err, SC_E_PANEL,
                        "%s wants to redirect to the host %.*s (status %ld), which was not "
                        "followed: give the panel's own address as url" IN_API,
                        origin, len ? (int)(len < 253 ? len : 253) : 1, len ? host : "?", status);
}

static int bad_status(CURL *c, const char *origin, long status, struct sc_error *err)
{
    if (status == 401 || status == 403)
        return sc_error_set(err, SC_E_PANEL,
                            "%s refused the credentials (status %ld): check user and "
                            "secret_file" IN_API,
                            origin, status);
    if (status >= 300 && status < 400)
        return redirected(c, origin, status, err);
    return sc_error_set(err, SC_E_PANEL,
                        "%s answered with status %ld: see its error log, and check url" IN_API,
                        origin, status);
}

/* What libcurl says tells how far it came. */
static double waited_s(const struct sc_http_request *rq, const char *why)
{
    if (strstr(why, "Operation timed"))
        return (double)rq->timeout_ms / 1000;
    if (strstr(why, "Operation too slow"))
        return (double)STALL_S;
    return (double)connect_ms(rq) / 1000;
}

static int failed(CURLcode rc, const char *why, const struct sc_http_request *rq,
                  const char *origin, struct sc_error *err)
{
    switch (rc) {
    case CURLE_PEER_FAILED_VERIFICATION:
        return sc_error_set(err, SC_E_PANEL,
                            "the certificate of %s is not valid for that host: %s: renew it, give "
                            "the name that is in it as url, or set ca_file" IN_API,
                            origin, why);
    case CURLE_SSL_CACERT_BADFILE:
        return sc_error_set(err, SC_E_PANEL,
                            "the certificates in %s cannot be used for %s: ca_file" IN_API
                            " must name a PEM file that every user may read",
                            rq->ca_file ? rq->ca_file : "the system's folder", origin);
    case CURLE_SSL_CERTPROBLEM:
        return sc_error_set(
            err, SC_E_PANEL,
            "the client's certificate or key cannot be used for %s: %s: check cert_file and "
            "key_file" IN_API,
            origin, why);
    case CURLE_SSL_CONNECT_ERROR:
        return sc_error_set(err, SC_E_PANEL,
                            "%s does not speak TLS 1.2 or newer: %s: check the port of url" IN_API,
                            origin, why);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return sc_error_set(err, SC_E_PANEL,
                            "cannot reach %s: %s: see whether it runs, and check url" IN_API,
                            origin, why);
    case CURLE_OPERATION_TIMEDOUT:
        return sc_error_set(
            err, SC_E_TIMEOUT,
            "%s did not answer within %g s: see whether it runs, and check url" IN_API, origin,
            waited_s(rq, why));
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
        if (strstr(why, "timed out")) /* the kernel's word: nobody is at the other end any more */
            return sc_error_set(err, SC_E_TIMEOUT,
                                "%s cannot be reached any more: %s: see whether it runs, and the "
                                "network on the way",
                                origin, why);
        return sc_error_set(err, SC_E_PANEL,
                            "the answer of %s was cut short: %s: see its error log", origin, why);
    case CURLE_OUT_OF_MEMORY:
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the answer of %s", origin);
    default:
        return sc_error_set(err, SC_E_PANEL, "cannot ask %s: %s: check url" IN_API, origin, why);
    }
}

static int perform(CURL *c, const struct sc_http_request *rq, const char *origin, struct answer *a,
                   struct sc_error *err)
{
    char why[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    a->curl = c;
    bool ready = set_safe(c) && set_limits(c, rq) && set_request(c, rq, &headers) &&
                 curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why) == CURLE_OK &&
                 curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
                 curl_easy_setopt(c, CURLOPT_HEADERDATA, a) == CURLE_OK &&
                 curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
                 curl_easy_setopt(c, CURLOPT_WRITEDATA, a) == CURLE_OK;
    int rc = 0;
    if (!ready) {
        rc = sc_error_set(err, SC_E_PLATFORM,
                          "the libcurl of this server cannot make a safe request: update it");
    } else {
        CURLcode res = curl_easy_perform(c);
        long status = 0;
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        if (!why[0])
            snprintf(why, sizeof(why), "%s", curl_easy_strerror(res));
        /* what ended the transfer matters less than that the status was another one already */
        if (a->too_big || res == CURLE_FILESIZE_EXCEEDED)
            rc = sc_error_set(err, SC_E_TOOBIG,
                              "%s answered with more than %zu bytes, and was not listened to any "
                              "longer: check url" IN_API,
                              origin, a->headers > HEADERS_MAX_BYTES ? HEADERS_MAX_BYTES : a->max);
        else if (status >= 200 && status != 200)
            rc = bad_status(c, origin, status, err);
        else if (a->body.failed)
            rc = failed(CURLE_OUT_OF_MEMORY, why, rq, origin, err);
        else if (status == 200 && (a->enough || (a->some && res == CURLE_OPERATION_TIMEDOUT)))
            rc = 0;
        else if (res != CURLE_OK || status != 200)
            rc = failed(res, why, rq, origin, err);
    }
    for (struct curl_slist *h = headers; h; h = h->next)
        explicit_bzero(h->data, strlen(h->data));
    curl_slist_free_all(headers);
    return rc;
}

static int fetch(const struct sc_http_request *rq, struct answer *a, struct sc_error *err)
{
    char origin[SC_HTTP_ORIGIN_MAX];
    int rc = sc_http_check(rq, origin, err);
    if (rc < 0)
        return rc;
    if (rq->ca_file && access(rq->ca_file, R_OK) < 0)
        return sc_error_sys(err, errno,
                            "cannot read %s (ca_file" IN_API "; every user must be able to)",
                            rq->ca_file);
    a->max = rq->max_bytes;
    a->lines = rq->lines;
    a->body.limit = rq->max_bytes;
    CURL *c = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    if (!c)
        return sc_error_set(err, SC_E_NOMEM, "cannot start libcurl");
    rc = perform(c, rq, origin, a, err);
    curl_easy_cleanup(c);
    curl_global_cleanup();
    return rc;
}

static int print(const struct sc_buf *b, struct sc_error *err)
{
    for (size_t done = 0; done < b->len;) {
        ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sc_error_sys(err, errno, "sitecage-http cannot write its answer");
        done += (size_t)n;
    }
    return 0;
}

static int serve(struct sc_error *err)
{
    SC_BUF struct sc_buf doc = SC_BUF_INIT;
    struct sc_http_request rq = {0};
    int rc = settle(err);
    if (rc == 0)
        rc = sc_read_fd(STDIN_FILENO, SC_HTTP_DOC_MAX, "the request", &doc, err);
    if (rc == 0)
        rc = sc_http_unpack(doc.data, doc.len, &rq, err);
    if (doc.data)
        explicit_bzero(doc.data, doc.len);
    if (rc < 0)
        return rc;
    SC_BUF struct sc_buf body = SC_BUF_INIT;
    struct answer a = {.body = body};
    rc = fetch(&rq, &a, err);
    body = a.body;
    sc_http_request_done(&rq);
    return rc < 0 ? rc : print(&body, err);
}

int main(void)
{
    struct sc_error err = SC_ERROR_INIT;
    int rc = serve(&err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    return -rc;
}
