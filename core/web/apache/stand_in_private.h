/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of stand_in.h: what each needs of the thread, and the functions for the table. Each of
 * these has the arguments, results and errno of the libc's function of that name. */
#ifndef SC_WEB_APACHE_STAND_IN_PRIVATE_H
#define SC_WEB_APACHE_STAND_IN_PRIVATE_H

#include <dirent.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "core/web/apache/ahead.h"
#include "core/web/apache/stand_in.h"

/* Whether the thread works for an isolated site. */
bool sc_web_for_site(void);

/* What was kept open of the last look; the thread's. */
struct sc_web_ahead *sc_web_looks(void);

/* Tells whoever wants to know (sc_web_on_refusal()) that `rc` < 0 refused `path`, or that it is
 * missing. Returns `rc`; errno is as before. */
int sc_web_told(int rc, const char *path);

/* stand_in_look.c: opening and looking */
int sc_my_open(const char *path, int flags, ...);
int sc_my_open_2(const char *path, int flags);
int sc_my_openat(int dir, const char *path, int flags, ...);
int sc_my_creat(const char *path, mode_t mode);
FILE *sc_my_fopen(const char *path, const char *mode);
DIR *sc_my_opendir(const char *path);
int sc_my_stat(const char *path, struct stat *st);
int sc_my_lstat(const char *path, struct stat *st);
int sc_my_fstatat(int dir, const char *path, struct stat *st, int flags);
int sc_my_xstat(int version, const char *path, struct stat *st);
int sc_my_lxstat(int version, const char *path, struct stat *st);
int sc_my_access(const char *path, int mode);
ssize_t sc_my_readlink(const char *path, char *out, size_t size);
char *sc_my_realpath(const char *path, char *out);

/* stand_in_change.c: making, removing and changing names */
int sc_my_mkdir(const char *path, mode_t mode);
int sc_my_unlink(const char *path);
int sc_my_rmdir(const char *path);
int sc_my_remove(const char *path);
int sc_my_rename(const char *from, const char *to);
int sc_my_link(const char *from, const char *to);
int sc_my_symlink(const char *text, const char *path);
int sc_my_chmod(const char *path, mode_t mode);
int sc_my_chown(const char *path, uid_t uid, gid_t gid);
int sc_my_utimes(const char *path, const struct timeval times[2]);
int sc_my_mkstemp(char *template);

/* stand_in_run.c: connecting, starting programs */
int sc_my_connect(int sock, const struct sockaddr *sa, socklen_t len);
pid_t sc_my_fork(void);
int sc_my_execve(const char *path, char *const *argv, char *const *env);
char *sc_my_getenv(const char *name);

#endif
