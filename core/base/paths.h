/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the engine leaves what the hot path reads. One page for both sides, because a setuid
 * program takes no path from anybody. All of it is root's, and closed to others. */
#ifndef SC_BASE_PATHS_H
#define SC_BASE_PATHS_H

#define SC_RUN_DIR      "/run/sitecage"          /* runtime state; rebuilt when it is missing */
#define SC_STATE_DIR    "/var/lib/sitecage"      /* survives a reboot */
#define SC_COVERAGE_DIR SC_STATE_DIR "/coverage" /* a file for each account: formats.md */
#define SC_FPM_STATE    SC_STATE_DIR "/fpm"      /* pools taken out of PHP-FPM: formats.md */

#define SC_LEARN_RECORDS SC_STATE_DIR "/learn" /* what sites were seen to use: formats.md */

/* Below SC_RUN_DIR/<uid>/ (format of `sites` and `<id>.plan`: docs/formats.md): */
#define SC_TABLE_NAME "sites"
#define SC_TABLE_MAX  (16u << 20)

/* An empty file per uid that has an isolated site. A user with this mark and no table in /run is
 * one whose state must be rebuilt before anything of his runs. */
#define SC_MARK_DIR SC_STATE_DIR "/isolated"

/* Marks of hooks that could not write the queue (hooks/events/queue.h). */
#define SC_RESYNC_DIR     SC_STATE_DIR "/resync"
#define SC_RESYNC_DIR_RUN SC_RUN_DIR "/resync"

/* Our suexec entry, and the installed file that it is a copy of: core/web/suexec_arm.h. */
#define SC_SUEXEC_INSTALLED SC_LIBEXECDIR "/suexec"
#define SC_SUEXEC_DIR       SC_LIBEXECDIR "-front"
#define SC_SUEXEC_ENTRY     SC_SUEXEC_DIR "/suexec"

/* What our suexec entry stands in front of: a symbolic link to the distribution's suexec. */
#define SC_SUEXEC_REAL SC_STATE_DIR "/suexec.real"

/* Our suexec entry leaves the document root here, for whoever asks which site a FastCGI program
 * that runs in none serves; suexec passes variables of this prefix on. */
#define SC_FCGI_SITE_ENV "SSL_SITECAGE_DOCROOT"
#define SC_HIDES_ENV     "SSL_SITECAGE_HIDES" /* it has a view of its own: core/enter/hide.h */

#define SC_FLAG_FILE "/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"

#define SC_BUILD_EXE      SC_LIBEXECDIR "/sitecage-build" /* builds a site's view, starts its keeper */
#define SC_KEEPER_EXE     SC_LIBEXECDIR "/sitecage-keeper"  /* lives as long as the site runs */
#define SC_REBUILD_EXE    SC_LIBEXECDIR "/sitecage-rebuild" /* makes a user's runtime state again */
#define SC_REBUILD_GROUPS "--groups" /* its option: only control groups that count */

#define SC_LEARN_EXE SC_LIBEXECDIR "/sitecage-learn" /* records what a site uses: core/learn */

/* Who may not do something where he is (a service's sandbox) has it done outside: core/enter/outside.h.
 * The socket is root's alone; the note says which namespaces the machine's own are. */
#define SC_OUTSIDE_SOCKET SC_RUN_DIR "/proxy.outside"
#define SC_OUTSIDE_NOTE   SC_RUN_DIR "/proxy.machine"
#define SC_OUTSIDE_EXE    SC_LIBEXECDIR "/sitecage-outside"

#define SC_MONITOR_DAEMON SC_LIBEXECDIR "/sitecage-monitor"

/* What cron runs for the entries of isolated sites, and what SITECAGE_SITE says of an entry whose
 * site cannot be said: it does not run. */
#define SC_CRON_SHELL   SC_LIBEXECDIR "/cron-shell"
#define SC_CRON_NO_SITE "-"

#endif
