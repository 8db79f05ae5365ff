/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/asked.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A whole number and its unit; 0 when it is none. */
static int64_t seconds(const char *text)
{
    static const struct {
        char unit;
        int64_t s;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[0] == '0' || !text[digits] || text[digits + 1])
        return 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].unit == text[digits])
            return strtoll(text, NULL, 10) * units[i].s;
    return 0;
}

int sc_history_period_parse(const char *text, int64_t *ret, struct sc_error *err)
{
    int64_t s = strcmp(text, "today") == 0 ? SC_HISTORY_TODAY : seconds(text);
    if (s == 0)
        return sc_error_set(err, SC_E_INVAL,
                            "--period must be today, or a whole number and s, m, h or d, as in 1d");
    *ret = s;
    return 0;
}

int sc_history_step_parse(const char *text, int64_t *ret, struct sc_error *err)
{
    int64_t s = seconds(text);
    if (s == 0)
        return sc_error_set(err, SC_E_INVAL,
                            "--step must be a whole number and s, m, h or d, as in 5m");
    *ret = s;
    return 0;
}

int64_t sc_history_period(const struct sc_history_asked *asked, int64_t now)
{
    if (asked->period != SC_HISTORY_TODAY)
        return asked->period > 0 ? asked->period : 1;
    time_t t = (time_t)now;
    struct tm tm;
    if (!localtime_r(&t, &tm))
        return 86400;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    time_t midnight = mktime(&tm);
    return midnight > 0 && midnight < t ? t - midnight : 1;
}
