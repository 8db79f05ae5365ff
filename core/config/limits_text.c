/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/limits_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

static bool is_size(enum sc_limit limit)
{
    return limit == SC_LIMIT_PMEM || limit == SC_LIMIT_VMEM || limit == SC_LIMIT_IO;
}

/* "12", "12.5", "12.50" of hundredths: 1200, 1250. */
static bool parse_percent(const char *text, size_t n, uint64_t *ret)
{
    uint64_t whole = 0, part = 0;
    size_t i = 0, decimals = 0;
    for (; i < n && isdigit((unsigned char)text[i]) && whole <= SC_LIMIT_VALUE_MAX; i++)
        whole = whole * 10 + (uint64_t)(text[i] - '0');
    if (i == 0 || (i < n && text[i] != '.'))
        return false;
    for (i++; i < n && isdigit((unsigned char)text[i]) && decimals < 2; i++, decimals++)
        part += (uint64_t)(text[i] - '0') * (decimals ? 1 : 10);
    if (i < n || whole > SC_LIMIT_VALUE_MAX / 100 - 1)
        return false;
    *ret = whole * 100 + part;
    return true;
}

/* The power of 1024 that a unit stands for; -1: it is none. */
static int power_of(const char *unit)
{
    static const char letters[] = "KMGT";
    const char *at = *unit ? strchr(letters, toupper((unsigned char)*unit)) : NULL;
    if (!at || !(unit[1] == 0 || strcasecmp(unit + 1, "B") == 0 || strcasecmp(unit + 1, "iB") == 0))
        return -1;
    return (int)(at - letters) + 1;
}

static bool scale(enum sc_limit limit, const char *unit, uint64_t *value)
{
    char plain[8];
    size_t n = strlen(unit);
    if (limit == SC_LIMIT_IO && n > 2 && strcasecmp(unit + n - 2, "/s") == 0)
        n -= 2;
    if (n == 0 || n >= sizeof(plain))
        return n == 0;
    memcpy(plain, unit, n);
    plain[n] = 0;
    int power = is_size(limit) ? power_of(plain) : -1;
    if (power < 0)
        return false;
    for (power -= limit == SC_LIMIT_IO; power > 0; power--) { /* io counts in KiB */
        if (*value > SC_LIMIT_VALUE_MAX / 1024)
            return false;
        *value *= 1024;
    }
    return true;
}

bool sc_limit_parse(enum sc_limit limit, const char *text, uint64_t *ret)
{
    size_t n = strlen(text), digits = strspn(text, "0123456789");
    uint64_t value = 0;
    if (limit == SC_LIMIT_CPU && n > 1 && text[n - 1] == '%')
        return parse_percent(text, n - 1, ret);
    if (digits == 0)
        return false;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > SC_LIMIT_VALUE_MAX)
            return false;
    }
    if (!scale(limit, text + digits, &value))
        return false;
    *ret = value;
    return true;
}

enum {
    BYTES_MIN = 1 << 20, /* of memory: below it no program starts */
    CPU_MIN = 100        /* 1% of a core */
};

bool sc_limit_doubtful(enum sc_limit limit, uint64_t value, struct sc_buf *why)
{
    bool memory = limit == SC_LIMIT_PMEM || limit == SC_LIMIT_VMEM;
    const char *name = sc_limit_name(limit);
    unsigned n = (unsigned)value;
    if (value == 0)
        return false;
    if (memory && value < BYTES_MIN)
        sc_buf_fmt(why,
                   "%s %u is in bytes, and no program starts with so few: for MiB write M behind "
                   "the number",
                   name, n);
    else if (limit == SC_LIMIT_CPU && value < CPU_MIN)
        sc_buf_fmt(why, "%s %u is 0.%02u%% of one core: for percent write %u%%", name, n, n, n);
    else
        return false;
    return true;
}

static void add_size(uint64_t value, unsigned power, struct sc_buf *out)
{
    static const char *const units[] = {"", "K", "M", "G", "T"};
    while (power < 4 && value && value % 1024 == 0) {
        value /= 1024;
        power++;
    }
    sc_buf_fmt(out, " %" PRIu64 "%s", value, units[power]);
}

void sc_limits_words(const struct sc_limits *limits, struct sc_buf *out)
{
    bool any = false;
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++) {
        uint64_t v = limits->value[i];
        if (!(limits->set >> i & 1) || v == 0)
            continue;
        sc_buf_fmt(out, "%s%s", any ? ", " : "", sc_limit_name((enum sc_limit)i));
        any = true;
        if (i == SC_LIMIT_CPU && v % 100 == 0)
            sc_buf_fmt(out, " %" PRIu64 "%%", v / 100);
        else if (i == SC_LIMIT_CPU)
            sc_buf_fmt(out, " %" PRIu64 ".%02u%%", v / 100, (unsigned)(v % 100));
        else if (is_size((enum sc_limit)i))
            add_size(v, i == SC_LIMIT_IO, out);
        else
            sc_buf_fmt(out, " %" PRIu64, v);
        if (i == SC_LIMIT_IO)
            sc_buf_str(out, "/s");
    }
    sc_buf_str(out, any ? "" : "none");
}
