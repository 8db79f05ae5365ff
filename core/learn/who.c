/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/who.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/proc.h"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool link_of(int proc, const char *name, char out[PATH_MAX])
{
    ssize_t n = readlinkat(proc, name, out, PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = 0;
    char *gone = strstr(out, " (deleted)");
    if (gone && !gone[10])
        *gone = 0;
    return true;
}

/* The value of a variable in its environment at its start. */
static bool variable(int proc, const char *name, char *out, size_t size)
{
    char text[32768];
    ssize_t n = sc_proc_read(proc, "environ", text, sizeof(text));
    size_t len = strlen(name);
    for (ssize_t i = 0; i < n; i += (ssize_t)strlen(text + i) + 1)
        if (strncmp(text + i, name, len) == 0 && text[i + (ssize_t)len] == '=') {
            snprintf(out, size, "%s", text + i + len + 1);
            return *out != 0;
        }
    return false;
}

/* What follows is the program's text. */
static bool is_text(const char *option)
{
    return strcmp(option, "-c") == 0 || strcmp(option, "-e") == 0 || strcmp(option, "-r") == 0;
}

/* The first word that is no option. */
static bool script(int proc, char *out, size_t size)
{
    char text[8192];
    ssize_t n = sc_proc_read(proc, "cmdline", text, sizeof(text));
    ssize_t i = n > 0 ? (ssize_t)strlen(text) + 1 : 0;
    for (; i > 0 && i < n && !is_text(text + i); i += (ssize_t)strlen(text + i) + 1)
        if (text[i] && text[i] != '-') {
            snprintf(out, size, "%s", text + i);
            return true;
        }
    return false;
}

static bool interprets(const char *program)
{
    static const char *const names[] = {"php",  "python", "perl", "ruby", "node",
                                        "bash", "sh",     "dash", "lua"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (begins(program, names[i]))
            return true;
    return false;
}

void sc_learn_who(pid_t pid, char out[SC_LEARN_BY_SIZE])
{
    char exe[PATH_MAX], what[PATH_MAX] = "";
    SC_FD int proc = sc_proc_open(pid);
    struct sc_proc_stat st;
    out[0] = 0;
    if (proc < 0)
        return;
    if (!link_of(proc, "exe", exe)) { /* it has ended; its parent may not know yet */
        if (sc_proc_stat(proc, &st) == 0)
            snprintf(out, SC_LEARN_BY_SIZE, "%s", st.name);
        return;
    }
    const char *slash = strrchr(exe, '/'), *program = slash ? slash + 1 : exe;
    if (begins(program, "php-fpm"))
        (void)link_of(proc, "cwd", what);
    else if (!(begins(program, "php") && variable(proc, "SCRIPT_FILENAME", what, sizeof(what))) &&
             interprets(program))
        (void)script(proc, what, sizeof(what));
    snprintf(out, SC_LEARN_BY_SIZE, "%.100s%s%.150s", program, *what ? " " : "", what);
}
