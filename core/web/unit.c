/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/base/proc.h"
#include "core/base/service.h"

#define SHOW_MS 5000

const struct sc_unit_use sc_unit_of_apache = {"the web server", "suexec can run nothing as a user",
                                              "serving isolated sites"};
const struct sc_unit_use sc_unit_of_cron = {"cron", "no job of an isolated site is run",
                                            "running jobs of isolated sites"};

/* ---- the process ---- */

/* Whether the line of `status` has this figure. */
static bool says(const char *status, const char *line, char figure)
{
    const char *at = strstr(status, line);
    return at && at[strlen(line)] == figure;
}

static bool is_other(int proc, const char *theirs, const char *mine)
{
    struct stat a, b;
    if (stat(mine, &b) < 0)
        return false; /* there is nothing to hide */
    return fstatat(proc, theirs, &a, 0) < 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino;
}

bool sc_unit_look(pid_t pid, struct sc_unit *ret)
{
    char groups[4096], status[4096];
    struct stat st;
    struct sc_unit u = {0};
    SC_FD int proc = pid > 0 ? sc_proc_open(pid) : -1;
    if (proc < 0)
        return false;
    if (sc_proc_read(proc, "cgroup", groups, sizeof(groups)) > 0)
        (void)sc_unit_of_groups(groups, u.name);
    if (sc_proc_read(proc, "status", status, sizeof(status)) > 0) {
        u.no_new_privs = says(status, "\nNoNewPrivs:\t", '1');
        u.filtered = says(status, "\nSeccomp:\t", '2');
    }
    u.hides_run = is_other(proc, "root" SC_RUN_DIR, SC_RUN_DIR);
    u.hides_state = is_other(proc, "root" SC_MARK_DIR, SC_MARK_DIR);
    u.own_mounts = is_other(proc, "ns/mnt", "/proc/self/ns/mnt");
    if (fstatat(proc, "root", &st, 0) < 0)
        return false;
    *ret = u;
    return true;
}

bool sc_unit_forbids(const struct sc_unit *u, const struct sc_unit_use *use, char *out, size_t size)
{
    const char *who = u->name[0] ? u->name : use->program;
    const char *unit = u->name[0] ? u->name : "its service";
    if (u->no_new_privs)
        snprintf(out, size,
                 "%s runs with NoNewPrivileges=yes, so that %s: lift it "
                 "(systemctl edit %s, [Service] NoNewPrivileges=no, and restart it)",
                 who, use->harm, unit);
    else if (u->hides_run || u->hides_state)
        snprintf(out, size,
                 "%s hides %s from what it starts (InaccessiblePaths=, TemporaryFileSystem=, "
                 "RootDirectory=): "
                 "show it (systemctl edit %s, [Service] BindReadOnlyPaths=%s, and restart it)",
                 who, u->hides_run ? SC_RUN_DIR : SC_STATE_DIR, unit,
                 u->hides_run ? SC_RUN_DIR : SC_STATE_DIR);
    else
        return false;
    return true;
}

void sc_unit_show(const struct sc_unit *u, struct sc_run_result *ret)
{
    const char *const argv[] = {"systemctl", "show", "-p", sc_unit_properties, "--", u->name, NULL};
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = SHOW_MS};
    struct sc_error why = SC_ERROR_INIT;
    if (u->name[0] && sc_by_systemd())
        (void)sc_run(&spec, ret, &why);
}

/* ---- texts ---- */

bool sc_unit_of_groups(const char *groups, char out[SC_UNIT_NAME])
{
    static const char end[] = ".service";
    for (const char *line = groups; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        /* a unit may have groups of its own below */
        size_t len = strcspn(line, "\n");
        const char *word = NULL;
        for (const char *p = line; p + sizeof(end) - 1 <= line + len; p++)
            if (strncmp(p, end, sizeof(end) - 1) == 0 &&
                (p + sizeof(end) - 1 == line + len || p[sizeof(end) - 1] == '/'))
                word = p + sizeof(end) - 1;
        const char *begin = word;
        while (begin && begin > line && begin[-1] != '/')
            begin--;
        size_t n = word ? (size_t)(word - begin) : 0;
        if (n == 0 || n >= SC_UNIT_NAME)
            continue;
        memcpy(out, begin, n);
        out[n] = 0;
        return true;
    }
    out[0] = 0;
    return false;
}

/* Those whose value is neither empty nor "no". */
static const char *const directives[] = {
    "PrivateTmp",     "PrivateDevices",     "PrivatePIDs",           "PrivateUsers",
    "ProtectSystem",  "ProtectHome",        "ProtectKernelTunables", "ProtectControlGroups",
    "ProtectProc",    "RestrictNamespaces", "RestrictSUIDSGID",      "MemoryDenyWriteExecute",
    "NoNewPrivileges"};
#define N_DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

const char sc_unit_properties[] =
    "PrivateTmp,PrivateDevices,PrivatePIDs,PrivateUsers,ProtectSystem,ProtectHome,"
    "ProtectKernelTunables,ProtectControlGroups,ProtectProc,RestrictNamespaces,RestrictSUIDSGID,"
    "MemoryDenyWriteExecute,NoNewPrivileges,RestrictAddressFamilies,SystemCallFilter";

/* The value of a property; its length in *ret_len. NULL: it was not shown. */
static const char *value(const char *shown, const char *name, size_t *ret_len)
{
    size_t n = strlen(name);
    for (const char *line = shown; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, name, n) == 0 && line[n] == '=') {
            *ret_len = strcspn(line + n + 1, "\n");
            return line + n + 1;
        }
    return NULL;
}

static bool is(const char *v, size_t len, const char *word)
{
    return v && strlen(word) == len && strncmp(v, word, len) == 0;
}

static bool is_set(const char *v, size_t len)
{
    return v && len > 0 && !is(v, len, "no") && !is(v, len, "default");
}

void sc_unit_confined_by(const char *shown, char *out, size_t size)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < N_DIRECTIVES; i++) {
        size_t len = 0;
        const char *v = value(shown, directives[i], &len);
        if (!is_set(v, len))
            continue;
        bool plain = is(v, len, "yes") || len > 20;
        int n = snprintf(out + at, size - at, "%s%s%s%.*s", at ? ", " : "", directives[i],
                         plain ? "" : "=", plain ? 0 : (int)len, v);
        if (n < 0 || at + (size_t)n >= size) {
            out[at] = 0;
            return;
        }
        at += (size_t)n;
    }
}

static bool has_word(const char *v, size_t len, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = v; p < v + len;) {
        size_t w = 0;
        while (p + w < v + len && p[w] != ' ' && p[w] != ':')
            w++;
        if (w == n && strncmp(p, word, n) == 0)
            return true;
        while (p + w < v + len && p[w] != ' ')
            w++; /* a call may have an error's name behind it */
        p += w + 1;
    }
    return false;
}

/* Whether a list of what is allowed, or with a ~ of what is not, lets it through. */
static bool allows(const char *v, size_t len, const char *word)
{
    if (!v || len == 0)
        return true;
    return *v == '~' ? !has_word(v + 1, len - 1, word) : has_word(v, len, word);
}

bool sc_unit_shuts_in(const char *shown, char *out, size_t size)
{
    /* what an entry calls before it asks outside, and a wrong setns() is answered there */
    static const char *const calls[] = {"setns",   "capget",     "statfs",    "socket",
                                        "connect", "sendmsg",    "signalfd4", "setresuid",
                                        "flock",   "pidfd_open", "openat2"};
    size_t len = 0;
    const char *v = value(shown, "RestrictAddressFamilies", &len);
    if (!allows(v, len, "AF_UNIX")) {
        snprintf(out, size, "RestrictAddressFamilies= lacks AF_UNIX");
        return true;
    }
    v = value(shown, "RestrictSUIDSGID", &len);
    if (is_set(v, len)) {
        snprintf(out, size, "RestrictSUIDSGID=%.*s refuses openat2", (int)len, v);
        return true;
    }
    v = value(shown, "SystemCallFilter", &len);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (!allows(v, len, calls[i])) {
            snprintf(out, size, "SystemCallFilter= lacks %s", calls[i]);
            return true;
        }
    return false;
}

bool sc_unit_hinders(const struct sc_unit *u, const struct sc_unit_use *use, const char *shown,
                     char *out, size_t size)
{
    char why[256];
    if (!sc_unit_shuts_in(shown, why, sizeof(why)))
        return false;
    snprintf(out, size,
             "%s: %s, which %s needs: allow it (systemctl edit %s), and "
             "restart it",
             u->name, why, use->needed_by, u->name);
    return true;
}
