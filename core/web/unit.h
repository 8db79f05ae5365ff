/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service (Apache's, cron's) is confined to, as far as it matters to the programs of sites that it
 * starts: the kernel's word about its process, and the directives of its unit, for messages. */
#ifndef SC_WEB_UNIT_H
#define SC_WEB_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/run.h"

#define SC_UNIT_NAME 256

struct sc_unit {
    char name[SC_UNIT_NAME]; /* "apache2.service"; "" where the process is in none */
    bool no_new_privs;       /* nothing that it starts is setuid: no suexec */
    bool hides_run;          /* what is at /run/sitecage there is not what is here, … */
    bool hides_state;        /* … or what is at /var/lib/sitecage */
    bool own_mounts;         /* it has a mount namespace of its own */
    bool filtered;           /* system calls are filtered: seccomp(2) */
};

/* Whose service it is, for messages. */
struct sc_unit_use {
    const char *program;   /* where its unit is not known: "the web server" */
    const char *harm;      /* what comes of NoNewPrivileges= */
    const char *needed_by; /* "serving isolated sites" */
};
extern const struct sc_unit_use sc_unit_of_apache, sc_unit_of_cron;

/* Looks at a process. False: it has ended, or cannot be looked at. Needs root. */
bool sc_unit_look(pid_t pid, struct sc_unit *ret);

/* A process of cron's: the daemon, or what it started a job with, which is in the same unit. 0: none is seen. */
pid_t sc_unit_cron_process(void);

/* Why entries that the process starts cannot work at all, with the way out. False: they can. Pure. */
bool sc_unit_forbids(const struct sc_unit *u, const struct sc_unit_use *use, char *out,
                     size_t size);

/* Of the text of /proc/PID/cgroup: the service. False: none. Pure. */
bool sc_unit_of_groups(const char *groups, char out[SC_UNIT_NAME]);

/* What systemctl is to show (-p). */
extern const char sc_unit_properties[];

/* Has systemctl show them; *ret stays empty where the process is in no unit, or nobody answers. The caller frees it. */
void sc_unit_show(const struct sc_unit *u, struct sc_run_result *ret);

/* Of what systemctl showed (NAME=VALUE lines): names of the directives that confine the service, ", "
 * between them; as many as fit. "" for none. Pure. */
void sc_unit_confined_by(const char *shown, char *out, size_t size);

/* The same: why entries that the service starts cannot ask for help outside, or mod_sitecage in it cannot
 * open files as a site sees them, with the directive. False: they can. Pure. */
bool sc_unit_shuts_in(const char *shown, char *out, size_t size);

/* The same as a sentence with the way out. Pure. */
bool sc_unit_hinders(const struct sc_unit *u, const struct sc_unit_use *use, const char *shown,
                     char *out, size_t size);

#endif
