/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a visitor is told when no program answers him: a CGI response (RFC 3875, section 6) that is
 * whole also when his request has a body. libc only; no privileges needed. */
#ifndef SC_ENTER_ANSWER_H
#define SC_ENTER_ANSWER_H

/* Writes a page to `fd`. `status` is a number and its words, `text` is HTML, `retry_after` is in
 * seconds. */
void sc_answer(int fd, const char *status, unsigned retry_after, const char *title,
               const char *text);

/* Takes no more of what is sent to `fd`, and reads what was sent already: a Unix socket that is
 * closed with unread data on it resets the connection, and the other side (mod_cgid, which gives a
 * program one socket as standard input and output) loses the answer. The other side's further
 * writes fail at once; mod_cgid and mod_cgi read the rest of the body themselves then. Never waits,
 * and reads no more than a socket holds. Does nothing to a pipe, whose reader may just end. */
void sc_answer_read_no_more(int fd);

#endif
