/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one error object of the house.
 *
 * Rules (docs/architecture.md, "Errors"):
 *  - a function that can fail takes `struct sc_error *err` as its last parameter and returns 0, or
 * one of the negative codes below; on success *err is untouched; on failure outputs are untouched;
 *  - errors are made by sc_error_set() or sc_error_sys() and given context by sc_error_wrap(),
 * nowhere else; each returns the code, so `return sc_error_set(err, SC_E_INVAL, "…");` is one line;
 *  - the library never prints; a command or daemon prints an error once;
 *  - `err` may be NULL where the caller does not care for the text.
 * The text has a fixed size, so that reporting an error cannot itself fail. */
#ifndef SC_BASE_ERROR_H
#define SC_BASE_ERROR_H

enum sc_code {
    SC_E_SYS = -1,        /* a system call failed; the text carries its errno's words */
    SC_E_INVAL = -2,      /* input is malformed */
    SC_E_NOTFOUND = -3,   /* the named thing does not exist, or is not the caller's */
    SC_E_DENIED = -4,     /* policy says no */
    SC_E_NOTENABLED = -5, /* the feature is off */
    SC_E_PLATFORM = -6,   /* this server cannot do it (kernel, panel, web server) */
    SC_E_PANEL = -7,      /* the panel or its scripts failed or answered nonsense */
    SC_E_BUSY = -8,       /* somebody holds the lock for too long */
    SC_E_TOOBIG = -9,     /* a limit on input was passed */
    SC_E_TIMEOUT = -10,   /* a program did not answer in time */
    SC_E_NOMEM = -11,
    SC_E_LATE = -12,       /* a part of it is still to be done: the rest is */
    SC_E_UNSUPPORTED = -38 /* limits that this kernel cannot hold: commands exit 38 */
};

#define SC_ERROR_TEXT_MAX 1024

struct sc_error {
    int code;                     /* enum sc_code, 0 while unset */
    int sys;                      /* errno behind SC_E_SYS, else 0 */
    const char *word;             /* core/base/error_code.h; NULL: that of the code */
    char text[SC_ERROR_TEXT_MAX]; /* one line, no newline at its end, never an unescaped control
                                     byte */
};

#define SC_ERROR_INIT                                                                              \
    {                                                                                              \
        0                                                                                          \
    }

/* Sets *err and returns `code`. Control bytes that come in through `fmt`'s arguments become '?'. */
int sc_error_set(struct sc_error *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets *err from `sysno` (an errno value) as "<text>: <strerror>" and returns SC_E_SYS. */
int sc_error_sys(struct sc_error *err, int sysno, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Prefixes the text of *err with "<context>: "; returns err's code (SC_E_SYS when err is NULL). */
int sc_error_wrap(struct sc_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
