/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checking a request, and handing it from hooks/api/http.c to sitecage-http. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "hooks/api/http_internal.h"

#define WAY_OUT "check url in [api] of /etc/sitecage.conf"

/* ---- what may be sent ---- */

static bool plain(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    }
    return true;
}

int sc_http_check_url(const char *url, char origin[SC_HTTP_ORIGIN_MAX], struct sc_error *err)
{
    static const char name_chars[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    static const char ip6_chars[] = "0123456789abcdefABCDEF:.";
    if (!url || strncmp(url, "https://", 8))
        return sc_error_set(
            err, SC_E_INVAL,
            "the address of the panel's API does not begin with https://: " WAY_OUT);
    const char *host = url + 8;
    size_t authority = strcspn(host, "/?#\\");
    if (memchr(host, '@', authority))
        return sc_error_set(err, SC_E_INVAL,
                            "the address of the panel's API has a user name in it: use user and "
                            "secret_file in [api] of /etc/sitecage.conf");
    size_t name = 0;
    if (*host == '[') {
        size_t in = strspn(host + 1, ip6_chars);
        name = in >= 2 && host[1 + in] == ']' ? in + 2 : 0;
    } else {
        name = strspn(host, name_chars);
    }
    const char *port = "443";
    size_t digits = 3;
    bool ok = name > 0 && name <= 253;
    if (ok && host[name] == ':') {
        port = host + name + 1;
        digits = strspn(port, "0123456789");
        ok = digits >= 1 && digits <= 5 && strtol(port, NULL, 10) >= 1 &&
             strtol(port, NULL, 10) <= 65535 && name + 1 + digits == authority;
    } else {
        ok = ok && name == authority;
    }
    if (!ok)
        return sc_error_set(err, SC_E_INVAL,
                            "the address of the panel's API is not https://NAME:PORT: " WAY_OUT);
    for (const char *s = host + authority; ok && *s; s++)
        ok = *s > 0x20 && *s < 0x7f && *s != '#' && *s != '\\';
    if (!ok || strlen(url) > SC_HTTP_URL_MAX)
        return sc_error_set(err, SC_E_INVAL,
                            "the address of the panel's API, https://%.*s, is too long or has a "
                            "character behind its host that must not be there",
                            (int)authority, host);
    snprintf(origin, SC_HTTP_ORIGIN_MAX, "https://%.*s:%.*s", (int)name, host, (int)digits, port);
    return 0;
}

int sc_http_check_origin(const char *url, struct sc_error *err)
{
    char origin[SC_HTTP_ORIGIN_MAX];
    int rc = sc_http_check_url(url, origin, err);
    if (rc == 0 && url[8 + strcspn(url + 8, "/?")])
        return sc_error_set(err, SC_E_INVAL, "%s must end behind the host and port", origin);
    return rc;
}

/* "Name: value" (RFC 9110, 5.1 and 5.5). The text names no more than the name. */
static int check_header(const char *h, const char *origin, struct sc_error *err)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-.^_`|~";
    size_t name = strspn(h, token);
    if (!name || h[name] != ':')
        return sc_error_set(err, SC_E_INVAL, "a header for %s is not 'Name: value'", origin);
    const char *value = h + name + 1 + strspn(h + name + 1, " \t");
    if (!*value || !plain(value))
        return sc_error_set(err, SC_E_INVAL,
                            "the header %.*s for %s is empty or has a control character in it: "
                            "check user and secret_file in [api] of /etc/sitecage.conf",
                            (int)name, h, origin);
    if (strlen(h) > SC_HTTP_FIELD_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the header %.*s for %s is longer than %d bytes",
                            (int)name, h, origin, SC_HTTP_FIELD_MAX);
    return 0;
}

int sc_http_check(const struct sc_http_request *rq, char origin[SC_HTTP_ORIGIN_MAX],
                  struct sc_error *err)
{
    int rc = sc_http_check_url(rq->url, origin, err);
    for (size_t i = 0; rc == 0 && rq->headers && rq->headers[i]; i++) {
        rc = i < SC_HTTP_HEADERS_MAX ? check_header(rq->headers[i], origin, err)
                                     : sc_error_set(err, SC_E_TOOBIG, "more than %d headers for %s",
                                                    SC_HTTP_HEADERS_MAX, origin);
    }
    if (rc < 0)
        return rc;
    if (rq->user && (!*rq->user || strchr(rq->user, ':') || !plain(rq->user)))
        return sc_error_set(err, SC_E_INVAL,
                            "the user name for %s is empty or has ':' or a control character in "
                            "it: check user in [api] of /etc/sitecage.conf",
                            origin);
    if (rq->password && (!rq->user || !plain(rq->password)))
        return sc_error_set(err, SC_E_INVAL,
                            "the password for %s has no user name, or a control character in it: "
                            "check secret_file in [api] of /etc/sitecage.conf",
                            origin);
    if ((rq->user && strlen(rq->user) > SC_HTTP_FIELD_MAX) ||
        (rq->password && strlen(rq->password) > SC_HTTP_FIELD_MAX))
        return sc_error_set(err, SC_E_TOOBIG, "the credentials for %s are longer than %d bytes",
                            origin, SC_HTTP_FIELD_MAX);
    if (rq->body_len > SC_HTTP_BODY_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the request for %s is longer than %u bytes", origin,
                            SC_HTTP_BODY_MAX);
    if (!rq->cert != !rq->key ||
        (rq->cert && (strlen(rq->cert) > SC_HTTP_PEM_MAX || strlen(rq->key) > SC_HTTP_PEM_MAX)))
        return sc_error_set(err, SC_E_TOOBIG,
                            "the client's certificate or key for %s is missing or too long",
                            origin);
    if (rq->ca_file && (*rq->ca_file != '/' || strlen(rq->ca_file) > SC_HTTP_FIELD_MAX))
        return sc_error_set(err, SC_E_INVAL,
                            "ca_file for %s is not a full path: check it in [api] of "
                            "/etc/sitecage.conf",
                            origin);
    return 0;
}

/* ---- handing over ---- */

void sc_http_wipe_free(void *p, size_t len)
{
    if (p)
        explicit_bzero(p, len);
    free(p);
}

/* Appends; the buffer was made large enough at once, so that no copy stays behind. */
struct out {
    char *data;
    size_t len;
};

static void put(struct out *o, const char *s)
{
    size_t n = strlen(s);
    memcpy(o->data + o->len, s, n);
    o->len += n;
}

static void put_hex(struct out *o, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *in = data;
    o->data[o->len++] = '"';
    for (size_t i = 0; i < len; i++) {
        o->data[o->len++] = digits[in[i] >> 4];
        o->data[o->len++] = digits[in[i] & 15];
    }
    o->data[o->len++] = '"';
}

static void put_field(struct out *o, const char *name, const void *data, size_t len)
{
    if (!data)
        return;
    put(o, ",\"");
    put(o, name);
    put(o, "\":");
    put_hex(o, data, len);
}

static size_t len_of(const char *s)
{
    return s ? strlen(s) : 0;
}

int sc_http_pack(const struct sc_http_request *rq, char **ret, size_t *ret_len,
                 struct sc_error *err)
{
    size_t bytes = len_of(rq->url) + len_of(rq->user) + len_of(rq->password) + rq->body_len +
                   len_of(rq->ca_file) + len_of(rq->cert) + len_of(rq->key);
    size_t n = 0;
    for (; rq->headers && rq->headers[n]; n++)
        bytes += strlen(rq->headers[n]);
    struct out o = {.data = malloc(2 * bytes + 4 * n + 512)};
    if (!o.data)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a request to the panel's API");
    char numbers[128];
    snprintf(numbers, sizeof(numbers),
             "{\"timeout_ms\":%d,\"connect_ms\":%d,\"max_bytes\":%zu,\"lines\":%u",
             rq->timeout_ms > 0 ? rq->timeout_ms : SC_HTTP_TIMEOUT_MS, rq->connect_ms,
             rq->max_bytes ? rq->max_bytes : (size_t)SC_HTTP_MAX_BYTES, rq->lines);
    put(&o, numbers);
    put_field(&o, "url", rq->url, strlen(rq->url));
    put_field(&o, "user", rq->user, len_of(rq->user));
    put_field(&o, "password", rq->password, len_of(rq->password));
    put_field(&o, "body", rq->body, rq->body_len);
    put_field(&o, "ca_file", rq->ca_file, len_of(rq->ca_file));
    put_field(&o, "cert", rq->cert, len_of(rq->cert));
    put_field(&o, "key", rq->key, len_of(rq->key));
    put(&o, ",\"headers\":[");
    for (size_t i = 0; i < n; i++) {
        put(&o, i ? "," : "");
        put_hex(&o, rq->headers[i], strlen(rq->headers[i]));
    }
    put(&o, "]}");
    o.data[o.len] = 0;
    *ret = o.data;
    *ret_len = o.len;
    return 0;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL when it is no string of hexadecimal digits. NUL-terminated; *ret_len may be NULL where a NUL
 * inside is refused. */
static char *from_hex(const json_t *v, size_t *ret_len)
{
    const char *hex = json_string_value(v);
    size_t len = json_string_length(v) / 2;
    char *out = hex && json_string_length(v) % 2 == 0 ? malloc(len + 1) : NULL;
    for (size_t i = 0; out && i < len; i++) {
        int hi = digit(hex[2 * i]), lo = digit(hex[2 * i + 1]);
        if (hi < 0 || lo < 0 || (!ret_len && !hi && !lo)) {
            sc_http_wipe_free(out, i);
            return NULL;
        }
        out[i] = (char)(hi << 4 | lo);
    }
    if (out) {
        out[len] = 0;
        if (ret_len)
            *ret_len = len;
    }
    return out;
}

/* False when the field is there and malformed. */
static bool take(const json_t *o, const char *name, const char **ret)
{
    const json_t *v = json_object_get(o, name);
    return !v || (*ret = from_hex(v, NULL)) != NULL;
}

static bool take_headers(const json_t *o, struct sc_http_request *rq)
{
    const json_t *list = json_object_get(o, "headers");
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > SC_HTTP_HEADERS_MAX)
        return false;
    const char **headers = calloc(n + 1, sizeof(*headers));
    rq->headers = headers;
    bool ok = headers != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = (headers[i] = from_hex(json_array_get(list, i), NULL)) != NULL;
    return ok;
}

static void json_free(json_t **o)
{
    json_decref(*o);
}

int sc_http_unpack(const char *doc, size_t len, struct sc_http_request *ret, struct sc_error *err)
{
    SC_CLEANUP(json_free) json_t *o = json_loadb(doc, len, JSON_REJECT_DUPLICATES, NULL);
    SC_CLEANUP(sc_http_request_done) struct sc_http_request rq = {0};
    const json_t *body = json_object_get(o, "body");
    bool ok = take(o, "url", &rq.url) && rq.url && take(o, "user", &rq.user) &&
              take(o, "password", &rq.password) && take(o, "ca_file", &rq.ca_file) &&
              take(o, "cert", &rq.cert) && take(o, "key", &rq.key) &&
              (!body || (rq.body = from_hex(body, &rq.body_len)) != NULL) && take_headers(o, &rq);
    json_int_t timeout = json_integer_value(json_object_get(o, "timeout_ms"));
    json_int_t connect = json_integer_value(json_object_get(o, "connect_ms"));
    json_int_t max = json_integer_value(json_object_get(o, "max_bytes"));
    json_int_t lines = json_integer_value(json_object_get(o, "lines"));
    if (!ok || lines < 0 || lines > INT32_MAX || timeout < 1 || timeout > INT32_MAX || max < 1 ||
        connect < 0 || connect > INT32_MAX)
        return sc_error_set(err, SC_E_INVAL,
                            "no request of Sitecage's on standard input: this program is not for "
                            "the command line");
    rq.timeout_ms = (int)timeout;
    rq.connect_ms = (int)connect;
    rq.lines = (unsigned)lines;
    rq.max_bytes = (size_t)max;
    SC_MOVE(ret, &rq);
    return 0;
}

static void free_field(const char *s)
{
    sc_http_wipe_free((void *)(uintptr_t)s, len_of(s));
}

void sc_http_request_done(struct sc_http_request *rq)
{
    for (size_t i = 0; rq->headers && rq->headers[i]; i++)
        free_field(rq->headers[i]);
    free((void *)(uintptr_t)rq->headers);
    free_field(rq->url);
    free_field(rq->user);
    free_field(rq->password);
    free_field(rq->ca_file);
    free_field(rq->cert);
    free_field(rq->key);
    sc_http_wipe_free((void *)(uintptr_t)rq->body, rq->body_len);
    *rq = (struct sc_http_request){0};
}
