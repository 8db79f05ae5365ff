/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the web server's configuration says about each virtual host: its document root, and what
 * runs its PHP. Read from the files, as the server itself would (Apache's core grammar with
 * Include, Define, IfModule, IfDefine; nginx's), because no server prints it. .htaccess files are
 * not looked at: they can choose among handlers, not make new ones. */
#ifndef SC_WEB_VHOSTS_H
#define SC_WEB_VHOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/dirs.h"
#include "core/base/error.h"
#include "core/base/stamp.h"
#include "core/web/override.h"

/* Bits of sc_vhost.handlers */
enum sc_handler {
    SC_HANDLER_CGI = 1,     /* a CGI program through suexec: Action, a wrapper, .php as CGI */
    SC_HANDLER_FCGID = 2,   /* mod_fcgid */
    SC_HANDLER_FPM = 4,     /* FastCGI to an address, sc_vhost.listens */
    SC_HANDLER_LSAPI = 8,   /* mod_lsapi */
    SC_HANDLER_MODULE = 16, /* mod_php: in the web server's own process */
    SC_HANDLER_OTHER = 32   /* another interpreter or application server, sc_way.what */
};

/* One way in which a host runs code. */
struct sc_way {
    enum sc_handler handler;
    bool php;    /* it runs PHP; else other programs alone (ScriptAlias, .cgi) */
    bool server; /* it is said for the whole server, not for the host or a directory of it */
    unsigned
        firm; /* the names of files that it is for (php_names.h), by SetHandler and what comes before … */
    unsigned loose; /* … and by AddHandler, AddType */
    char *address;  /* with FPM: as in sc_vhost.listens; "" where it could not be found out. With
                      uwsgi and SCGI likewise, or NULL */
    char *what;     /* as the configuration writes it: the handler, the wrapper, the address */
    char *file;     /* that says so */
    unsigned line;
};

struct sc_ways {
    struct sc_way *v;
    size_t n;
};

/* A directory whose files a host serves. */
struct sc_host_root {
    char *text;    /* as written, no slash at its end */
    char *real;    /* what it resolves to; NULL: nobody has looked (core/web/roots.h) */
    bool alias;    /* by Alias, ScriptAlias or a location of nginx; else it is the document root */
    bool links;    /* nginx serves what links below it lead to, in some location at least */
    bool location; /* by `root` in a location of nginx */
    bool runs;     /* nginx passes requests for what is in it to programs */
    bool whole;    /* nginx: an alias that is all of the path: with variables, or of a file */
};

/* nginx: a directive that reads or writes files through links, whatever disable_symlinks says. */
struct sc_host_slip {
    char *what; /* its name */
    char *path; /* of the file or files, as written; NULL: any below the roots */
    char *file; /* that says so */
    unsigned line;
};

struct sc_vhost {
    char *file; /* where it begins */
    unsigned line;
    bool nginx;
    char **names; /* ServerName, ServerAlias; as written, without a port */
    size_t n_names;
    char *docroot; /* no slash at its end; NULL when it has none */
    struct sc_host_root *roots;
    size_t n_roots;
    char *pattern;     /* of document roots made from the name that is asked for
                          (VirtualDocumentRoot, nginx's `root` with variables); NULL */
    bool pattern_runs; /* nginx has programs run what is there (fastcgi_pass) */
    unsigned handlers; /* for PHP */
    char **listens;    /* "/run/php/x.sock" or "127.0.0.1:9000", each once */
    size_t n_listens;
    struct sc_ways ways;
    struct sc_ways rest; /* of the server, for files that the host's own ways leave to it */
    unsigned named;      /* files that the host says run nothing: SetHandler none */
    char **php_env; /* "PHPRC=…" and "PHP_INI_SCAN_DIR=…" that its programs get, each once */
    size_t n_php_env;
    bool links;     /* nginx: of some root, or of the pattern */
    char *links_at; /* "FILE:LINE" of the disable_symlinks in it that leaves it so; NULL: none */
    char *shut_by;  /* nginx: the file with the disable_symlinks that its roots have; NULL: none */
    struct sc_host_slip *slips; /* said in it, or for all of nginx's hosts */
    size_t n_slips;
    bool suexec;                   /* SuexecUserGroup */
    bool passenger_off;            /* PassengerEnabled off, for all of it */
    struct sc_overrides overrides; /* said in it */
    char *htaccess_at; /* "FILE:LINE" that lets .htaccess files name handlers; NULL: nothing does */
    bool own_handlers; /* said in the virtual host or for its directory, not for the whole server */
};

/* An `include` of nginx. */
struct sc_nginx_include {
    char *pattern; /* absolute */
    size_t host;   /* counted from 1: it stands in that server block; 0: in none */
    bool deeper;   /* in a block of it */
};

struct sc_vhosts {
    struct sc_vhost *v;
    size_t n;
    struct sc_nginx_include *includes;
    size_t n_includes;
    char *per_user_at; /* "FILE:LINE" of the first `lsapi_per_user On`, or NULL */
    char **modules;    /* that Apache loads, as LoadModule names them */
    size_t n_modules;
    char **shared; /* targets of Apache's Alias and ScriptAlias outside of all hosts */
    size_t n_shared;
    char **dirs; /* that files are read of; some stand there twice */
    size_t n_dirs;
    char *nginx_user;      /* that its workers run as; NULL: it does not say */
    bool apache, nginx;    /* a configuration was found */
    struct sc_stamps seen; /* all that it was read from */
};

void sc_vhosts_done(struct sc_vhosts *v);
void sc_ways_done(struct sc_ways *w);

/* Reads what is installed below `root` ("" in production): /etc/apache2/{apache2.conf,
 * conf/httpd.conf}, /etc/httpd/conf/httpd.conf, /usr/local/apache/conf/httpd.conf,
 * /etc/nginx/nginx.conf. Files that cannot be read, and what is not understood, are passed over.
 * SC_E_TOOBIG beyond the limits in vhosts.c, SC_E_NOMEM. */
int sc_vhosts_load(const char *root, struct sc_vhosts *ret, struct sc_error *err);

/* Whether all files are still what they were when this was read from them. Links on the way of
 * document roots do not count. */
bool sc_vhosts_same(const struct sc_vhosts *v);

/* The same for nginx alone. */
int sc_vhosts_load_nginx(const char *root, struct sc_vhosts *ret, struct sc_error *err);

/* What a .htaccess at `path` says; `text` is changed. Whether a module is there `server` knows.
 * SC_E_NOMEM. */
int sc_vhosts_htaccess(const struct sc_vhosts *server, const char *path, char *text,
                       struct sc_ways *ret, struct sc_error *err);

/* Whether Apache loads a module, by either of its names ("mod_suexec.c", "suexec_module"). */
bool sc_vhosts_has_module(const struct sc_vhosts *v, const char *name);

/* The handler that serves PHP, in words: "FPM", "CGI", …; "none" for 0. For several the first of
 * LSAPI, FPM, FCGID, CGI, module. */
const char *sc_handler_name(unsigned handlers);

/* ---- for the two parsers ---- */

#define SC_VHOSTS_FILES_MAX 50000u
#define SC_VHOSTS_FILE_MAX  (64u << 20)
#define SC_VHOSTS_MAX       400000u
#define SC_VHOSTS_DEPTH_MAX 32

/* A handler that was said for a directory, or ("" ) for the whole server. */
struct sc_vhosts_dir {
    char *dir;
    struct sc_ways ways;
    char **php_env; /* as in struct sc_vhost */
    size_t n_php_env;
};

/* Where a name of the configuration leads: a member of balancer://NAME, a worker that was named by
 * <Proxy "unix:SOCKET|fcgi://NAME">, a server of an nginx upstream. */
struct sc_vhosts_alias {
    char *name, *address;
};

/* A handler or type that `Action` has a program run for, in the host (counted from 1), or (0) everywhere. */
struct sc_vhosts_action {
    size_t host;
    char *name;
};

/* A file that is being read, in those that include it. */
struct sc_vhosts_within {
    const char *path;
    const struct sc_vhosts_within *around;
};

struct sc_vhosts_reader {
    const char *root;
    const struct sc_vhosts_within *within;
    struct sc_vhosts *out;
    struct sc_vhosts_dir *dirs;
    size_t n_dirs;
    struct sc_overrides overrides; /* said outside of hosts */
    struct sc_vhosts_alias *aliases;
    size_t n_aliases;
    struct sc_vhosts_action *actions;
    size_t n_actions;
    bool passenger_off; /* PassengerEnabled off, for the whole server */
    size_t files;
    struct sc_dirs listed; /* each directory is listed once */
    struct sc_error *err;
    int rc; /* the first error; parsers stop when it is set */
};

/* Calls `parse` for each file that `pattern` (absolute, below r->root; may have * ? []) names, or,
 * where `whole_directories`, for each file below a directory that it names. */
void sc_vhosts_each_file(struct sc_vhosts_reader *r, const char *pattern, bool whole_directories,
                         void (*parse)(struct sc_vhosts_reader *r, const char *name, char *text,
                                       void *arg),
                         void *arg);
struct sc_vhost *sc_vhosts_new(struct sc_vhosts_reader *r, const char *file, unsigned line);
struct sc_vhosts_dir *sc_vhosts_dir(struct sc_vhosts_reader *r, const char *dir);
void sc_vhosts_word(struct sc_vhosts_reader *r, char ***list, size_t *n, const char *word);
void sc_vhosts_no_memory(struct sc_vhosts_reader *r);
char *sc_vhosts_dup(struct sc_vhosts_reader *r, const char *text);
/* Its index among h->roots; SIZE_MAX: no memory. */
size_t sc_vhosts_root(struct sc_vhosts_reader *r, struct sc_vhost *h, const char *path, bool alias);
void sc_vhosts_alias(struct sc_vhosts_reader *r, const char *name, const char *address);
void sc_vhosts_action(struct sc_vhosts_reader *r, size_t host, const char *name);
/* `way`: its texts are copied. */
void sc_vhosts_way(struct sc_vhosts_reader *r, struct sc_ways *to, const struct sc_way *way);

/* When all is read (vhosts_sum.c). */
void sc_vhosts_sum_up(struct sc_vhosts_reader *r, struct sc_vhost *h);

void sc_apache_conf_read(struct sc_vhosts_reader *r, const char *main_file);
void sc_nginx_conf_read(struct sc_vhosts_reader *r, const char *main_file);

#endif
