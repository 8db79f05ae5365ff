/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_sitecage: while Apache works for an isolated site it serves no more than the site's cage
 * would, and the site's code runs in the cage or not at all (docs/apache-module.md). */
#include "core/web/apache/mod.h"

#include <errno.h>
#include <http_log.h>
#include <mpm_common.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unixd.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/web/apache/stand_in.h"
#include "core/web/apache/suexec_bin.h"

#define GAP_MS   50
#define TABLE_MS 2000 /* a table that is missing is made again by sitecage-web */

struct sc_mod *sc_mod;

/* ---- the server's process ---- */

static int on_pre_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *temp)
{
    (void)log;
    (void)temp;
    sc_mod_proxy_hooks(p);
    return OK;
}

static void write_slots_again(void *m)
{
    (void)sc_web_slots_write(&((struct sc_mod *)m)->slots);
}

/* The modules are about to be unloaded, this one too. */
static apr_status_t undo(void *p)
{
    struct sc_mod *m = p;
    sc_web_on_load(NULL, NULL);
    sc_web_on_refusal(NULL);
    sc_web_slots_restore(&m->slots);
    sc_web_live_free(m->live);
    sc_web_docroots_free(m->docroots);
    if (m->counts)
        munmap(m->counts, sizeof(*m->counts));
    if (sc_mod == m)
        sc_mod = NULL;
    return APR_SUCCESS;
}

static bool is_read_only(const char *path)
{
    struct statvfs fs;
    return statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

/* A directory of root's that the web server's group may pass. */
static int make_directories(struct sc_error *err)
{
    if ((mkdir(SC_RUN_DIR, 0711) < 0 && errno != EEXIST) ||
        (mkdir(SC_WEB_DIR, 0700) < 0 && errno != EEXIST) ||
        chown(SC_WEB_DIR, 0, ap_unixd_config.group_id) < 0 || chmod(SC_WEB_DIR, 0710) < 0 ||
        (mkdir(SC_WEB_EMPTY, 0755) < 0 && errno != EEXIST) || chmod(SC_WEB_EMPTY, 0755) < 0)
        return sc_error_sys(err, errno, "make " SC_WEB_DIR);
    return 0;
}

/* For sitecage-web, which makes the directory again when somebody emptied /run. */
static int write_group(struct sc_error *err)
{
    char text[16];
    snprintf(text, sizeof(text), "%u\n", (unsigned)ap_unixd_config.group_id);
    if ((mkdir(SC_STATE_DIR, 0700) < 0 && errno != EEXIST) ||
        (mkdir(SC_STATE_DIR "/web", 0700) < 0 && errno != EEXIST))
        return sc_error_sys(err, errno, "make " SC_STATE_DIR "/web");
    return sc_replace_file(SC_WEB_GROUP, 0600, text, strlen(text), err);
}

/* After a boot the table is there before Sitecage's own services are. */
static int restore_table(struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (access(SC_WEB_TABLE, F_OK) == 0)
        return 0;
    int rc = sc_read_file(SC_WEB_SAVED, SC_WEB_TABLE_MAX, &text, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    return rc < 0 ? rc : sc_replace_file(SC_WEB_TABLE, 0644, text.data, text.len, err);
}

static int make_places(struct sc_error *err)
{
    int rc = make_directories(err);
    if (rc == 0)
        rc = write_group(err);
    return rc == 0 ? restore_table(err) : rc;
}

static int start(struct sc_mod *m, struct sc_error *err)
{
    m->slots = (struct sc_web_slots){.names = sc_web_stand_ins, .n_names = sc_web_n_stand_ins};
    m->docroots = sc_web_docroots_new();
    if (!m->docroots)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    int rc = sc_web_live_new(SC_WEB_TABLE, 0, &m->live, err);
    if (rc == 0) {
        sc_web_live_patience(m->live, TABLE_MS);
        sc_web_live_pace(m->live, SC_WEB_LIVE_PACE_US);
    }
    if (rc == 0 && sc_web_slots_write(&m->slots) < 0)
        rc = sc_error_sys(err, errno, "take the place of the libc's functions");
    return rc;
}

static bool has_module(const char *name)
{
    for (const module *m = ap_top_module; m; m = m->next)
        if (strcmp(m->name, name) == 0)
            return true;
    return false;
}

static int on_post_config(apr_pool_t *p, apr_pool_t *log, apr_pool_t *temp, server_rec *s)
{
    (void)log;
    char place[PATH_MAX];
    struct sc_error err = SC_ERROR_INIT;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
        return OK; /* the first of two readings */
    struct sc_mod *m = apr_pcalloc(p, sizeof(*m));
    /* the slots stay as they are between fork and exec: a program's variables are looked at (env.h) */
    apr_pool_cleanup_register(p, m, undo, apr_pool_cleanup_null);
    m->may_not_write = is_read_only(SC_RUN_DIR) || is_read_only(SC_STATE_DIR);
    /* the other sites' server starts all the same: without these, isolated ones are answered 503 */
    if (geteuid() == 0 && !m->may_not_write && make_places(&err) < 0)
        ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s, "sitecage: %s", err.text);
    if (start(m, &err) < 0) {
        ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s, "sitecage: %s", err.text);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (sc_web_suexec_bin("/proc/self/exe", place))
        m->suexec_bin = apr_pstrdup(p, place);
    m->passenger = sc_mod_passenger_is();
    m->can_proxy = has_module("mod_proxy.c") && has_module("mod_proxy_fcgi.c");
    if (sc_web_counts_map(SC_WEB_COUNTS, &m->counts, &err) < 0)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s, "sitecage: nothing is counted: %s", err.text);
    sc_mod = m;
    sc_mod_report(temp, s);
    return OK;
}

/* ---- the parent ---- */

/* Every ten seconds. Children begin with what it knows. */
static int on_monitor(apr_pool_t *p, server_rec *s)
{
    bool lost = false;
    struct sc_error err = SC_ERROR_INIT;
    (void)p;
    (void)s;
    if (sc_mod)
        sc_web_live_put(sc_mod->live, sc_web_live_get(sc_mod->live, &lost, &err));
    return DECLINED;
}

/* ---- a child ---- */

static apr_status_t end_child(void *p)
{
    struct sc_mod *m = p;
    m->broken = "the server's process is ending";
    return APR_SUCCESS;
}

/* What sitecage-web makes again in a moment, where somebody emptied /run: without it no child can
 * test itself, and one that cannot serves no isolated site as long as it lives. */
static void wait_for_place(void)
{
    for (int ms = 0; access(SC_WEB_EMPTY, F_OK) < 0 && ms < TABLE_MS; ms += GAP_MS)
        apr_sleep(apr_time_from_msec(GAP_MS));
}

static void on_child(apr_pool_t *p, server_rec *s)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_mod *m = sc_mod;
    const struct sc_web_views_conf conf = SC_WEB_VIEWS_CONF;
    *sc_web_now() = (struct sc_web_context){.root = -1};
    wait_for_place();
    m->broken = sc_mod_selftest(p);
    if (!m->broken && m->can_proxy && !sc_web_slots_has(&m->slots, "mod_proxy.so", "connect"))
        m->broken = "the guard does not see where mod_proxy connects to";
    if (!m->broken && sc_web_views_new(&conf, &m->views, &err) < 0)
        m->broken = apr_pstrdup(p, err.text);
    sc_web_on_load(write_slots_again, m);
    apr_pool_cleanup_register(p, m, end_child, apr_pool_cleanup_null);
    if (m->broken)
        ap_log_error(APLOG_MARK, APLOG_ALERT, 0, s, "sitecage: isolated sites are answered 503: %s",
                     m->broken);
}

static void hooks(apr_pool_t *p)
{
    ap_hook_pre_config(on_pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(on_post_config, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_monitor(on_monitor, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(on_child, NULL, NULL, APR_HOOK_REALLY_LAST);
    sc_mod_request_hooks(p);
    sc_mod_gate_hooks(p);
    sc_mod_told_hooks(p);
    sc_mod_htaccess_hooks(p);
    sc_mod_directive_hooks(p);
}

AP_DECLARE_MODULE(sitecage) = {
    STANDARD20_MODULE_STUFF, sc_mod_make_dir, sc_mod_merge_dirs, NULL, NULL,
    sc_mod_directives,       hooks,
#ifdef AP_MODULE_FLAG_NONE
    AP_MODULE_FLAG_NONE
#endif
};
