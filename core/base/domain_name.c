/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/domain_name.h"

#include <idn2.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/lazy.h"

/* libidn2, for names in other letters alone. In the order of idn_names. */
struct idn {
    __typeof__(&idn2_lookup_u8) lookup_u8;
    __typeof__(&idn2_free) free;
    __typeof__(&idn2_strerror) strerror;
    __typeof__(&idn2_to_unicode_8z8z) to_unicode;
};

static const char *const idn_names[] = {"idn2_lookup_u8", "idn2_free", "idn2_strerror",
                                        "idn2_to_unicode_8z8z"};
static const struct sc_lazy idn_lib = {
    .soname = "libidn2.so.0", .names = idn_names, .n = sizeof(idn_names) / sizeof(idn_names[0])};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ascii(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s >= 0x80)
            return false;
    }
    return true;
}

/* Checks the ASCII form of `len` bytes at `name`; `in` is for the texts. */
static int check_labels(const char *in, const char *name, size_t len, struct sc_error *err)
{
    if (len == 0)
        return sc_error_set(err, SC_E_INVAL, "a domain name is empty");
    if (len > SC_DOMAIN_MAX)
        return sc_error_set(err, SC_E_INVAL, "domain name '%.64s…' is longer than %d bytes", in,
                            SC_DOMAIN_MAX);
    if (name[0] == '-')
        return sc_error_set(err, SC_E_INVAL, "domain name '%s' begins with '-'", in);
    size_t i = len > 2 && name[0] == '*' && name[1] == '.' ? 2 : 0;
    size_t label = 0;
    for (; i < len; i++) {
        char c = name[i];
        if (c == '.') {
            if (label == 0)
                return sc_error_set(err, SC_E_INVAL, "domain name '%s' has an empty part", in);
            label = 0;
            continue;
        }
        if (!is_alnum(c) && c != '-' && c != '_')
            return sc_error_set(err, SC_E_INVAL,
                                "domain name '%s' has a character that no domain name has", in);
        if (++label > SC_DOMAIN_LABEL_MAX)
            return sc_error_set(err, SC_E_INVAL, "domain name '%s' has a part longer than %d bytes",
                                in, SC_DOMAIN_LABEL_MAX);
    }
    if (label == 0)
        return sc_error_set(err, SC_E_INVAL, "domain name '%s' has an empty part", in);
    return 0;
}

/* The ASCII form of a name in other letters, of `size` bytes at the most with its end. */
static int to_ascii(const char *in, const char *name, char *out, size_t size, struct sc_error *err)
{
    struct idn idn;
    uint8_t *ascii = NULL;
    int rc = sc_lazy_load(&idn_lib, &idn, err);
    if (rc < 0)
        return rc;
    rc = idn.lookup_u8((const uint8_t *)name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (rc == IDN2_MALLOC)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a domain name");
    if (rc != IDN2_OK)
        return sc_error_set(err, SC_E_INVAL, "domain name '%s' is not valid: %s", in,
                            idn.strerror(rc));
    bool fits = strlen((const char *)ascii) < size;
    if (fits)
        strcpy(out, (const char *)ascii);
    idn.free(ascii);
    return fits ? 0
                : sc_error_set(err, SC_E_INVAL, "domain name '%.64s…' is longer than %d bytes", in,
                               SC_DOMAIN_MAX);
}

int sc_domain_canon(const char *in, char out[256], struct sc_error *err)
{
    /* Before libidn2 sees it: no punycode form is shorter than a quarter of its UTF-8. */
    if (strlen(in) > 4 * SC_DOMAIN_MAX)
        return sc_error_set(err, SC_E_INVAL, "domain name '%.64s…' is longer than %d bytes", in,
                            SC_DOMAIN_MAX);
    char idn[SC_DOMAIN_MAX + 2]; /* a final dot, too */
    const char *name = in;
    char prefix[3] = "";
    if (!is_ascii(in)) {
        if (strncmp(in, "*.", 2) == 0) {
            memcpy(prefix, "*.", 3);
            name += 2;
        }
        int rc = to_ascii(in, name, idn, sizeof(idn), err);
        if (rc < 0)
            return rc;
        name = idn;
    }
    size_t start = strlen(prefix);
    size_t len = strlen(name);
    if (len && name[len - 1] == '.')
        len--;
    if (start + len > SC_DOMAIN_MAX)
        return sc_error_set(err, SC_E_INVAL, "domain name '%.64s…' is longer than %d bytes", in,
                            SC_DOMAIN_MAX);
    char made[256];
    memcpy(made, prefix, start);
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        made[start + i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    made[start + len] = 0;
    int rc = check_labels(in, made, start + len, err);
    if (rc < 0)
        return rc;
    memcpy(out, made, start + len + 1);
    return 0;
}

char *sc_domain_unicode(const char *canon)
{
    struct idn idn;
    char *made = NULL, *ret = NULL, back[256];
    if (!strstr(canon, "xn--") || sc_lazy_load(&idn_lib, &idn, NULL) < 0 ||
        idn.to_unicode(canon, &made, 0) != IDN2_OK)
        return NULL;
    if (!is_ascii(made) && sc_domain_canon(made, back, NULL) == 0 && strcmp(back, canon) == 0)
        ret = strdup(made); /* and no other name's */
    idn.free(made);
    return ret;
}

bool sc_owner_valid(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > SC_OWNER_MAX || name[0] == '-' || name[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_alnum(name[i]) && !strchr("_.-+@", name[i]))
            return false;
    }
    return true;
}
