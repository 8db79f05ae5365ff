/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/ending/ending.h"
#include "core/pass/recover.h"
#include "core/account/account.h"
#include "core/base/beneath.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/config/domains_config.h"
#include "core/plan/planfile.h"
#include "db/internal.h"

struct world world;

static struct sc_tools tools;
static uid_t next_uid;
static char done_steps[2048];
static const char *stop;

/* Texts that are handed out; each holds for the next seven calls. */
static struct sc_buf texts[8];
static unsigned turn;

static struct sc_buf *text(void)
{
    struct sc_buf *b = &texts[turn++ % 8];
    b->len = 0;
    sc_buf_str(b, "");
    return b;
}

static void add_word(struct sc_buf *b, const char *word)
{
    sc_buf_fmt(b, "%s%s", b->len ? " " : "", word);
}

/* "a.example" as the words have it: "a". */
static const char *short_name(const char *name)
{
    struct sc_buf *b = text();
    const char *end = strstr(name, ".example");
    sc_buf_add(b, name, end && !end[8] ? (size_t)(end - name) : strlen(name));
    return b->data;
}

static const char *long_name(const char *word)
{
    struct sc_buf *b = text();
    sc_buf_fmt(b, strchr(word, '.') ? "%s" : "%s.example", word);
    return b->data;
}

/* Calls `with` for each word. */
static void each_word(const char *words, void (*with)(const char *word, void *arg), void *arg)
{
    SC_FREE char *copy = strdup(words ? words : "");
    char *save = NULL;
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        with(word, arg);
}

/* ---- the server ---- */

static int64_t now(void)
{
    return world.now;
}

static int before_step(void *arg, const char *step, struct sc_error *err)
{
    (void)arg;
    if (strcmp(step, "ask") == 0)
        done_steps[0] = 0;
    size_t n = strlen(done_steps);
    snprintf(done_steps + n, sizeof(done_steps) - n, "%s%s", n ? " " : "", step);
    return stop && strcmp(step, stop) == 0 ? sc_error_set(err, SC_E_SYS, "killed before %s", step)
                                           : 0;
}

/* What commands have a process of its own do. */
static void recover(void)
{
    sc_pass_recover_here(&world.s);
}

int world_setup(void **state)
{
    (void)state;
    root_make();
    root_mkdir("/home");
    root_mkdir(SC_RUN_DIR);
    root_mkdir("/var/log");
    root_mkdir("/var/lib");
    root_mkdir("/opt/cloudlinux/flags");
    root_mkdir("/etc/cagefs");
    users_reset();
    panel_reset();
    tools_reset();
    programs_reset();
    program_does(SC_FINISH_EXE " --left", recover);
    next_uid = 1001;
    stop = NULL;
    tools_all(&tools);
    world = (struct world){.now = time(NULL)}; /* the database notes some times itself */
    world.s = (struct sc_server){.conf = SC_CONF_DEFAULT,
                                 .policy = SC_POLICY_PATHS_DEFAULT,
                                 .panel = &fake_panel,
                                 .tools = &tools,
                                 .clock = now,
                                 .step = {.before = before_step}};
    world.s.conf.home = SC_HOME_SHARED; /* what is closed there tells what a site may see */
    assert_good(sc_store_open(SC_STORE_PATH, &world.s.store, &world.err));
    assert_good(sc_policy_allow_all(&world.s.policy, &world.err));
    return 0;
}

void world_complete(void)
{
    root_mkdir("/usr/local/cpanel");
    root_put(SC_LIBEXECDIR "/sitecage-cpanel", "");
    assert_int_equal(chmod(root_at(SC_LIBEXECDIR "/sitecage-cpanel"), 0755), 0);
    root_put(SC_BUILD_EXE, "");
    root_put(SC_KEEPER_EXE, "");
    program_says(SC_BUILD_EXE " --try", 0, "", "");
    program_says(SC_LIBEXECDIR "/sitecage-cpanel status", 0, "in place\n", "");
}

int world_teardown(void **state)
{
    (void)state;
    sc_store_free(world.s.store);
    tools_reset();
    root_remove();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        sc_buf_free(&texts[i]);
    return 0;
}

void stop_before(const char *step)
{
    stop = step;
}

const char *steps(void)
{
    return done_steps;
}

/* ---- accounts and homes ---- */

uid_t uid_of(const char *user)
{
    return users_of(user)->uid;
}

const char *in_home(const char *user, const char *rel)
{
    struct sc_buf *b = text();
    sc_buf_fmt(b, "%s/%s", users_of(user)->home, rel);
    return b->data;
}

static void give(const char *user, const char *path)
{
    assert_int_equal(lchown(path, uid_of(user), uid_of(user)), 0);
}

void home_mkdir(const char *user, const char *rel)
{
    SC_FREE char *path = strdup(in_home(user, rel));
    size_t home = strlen(users_of(user)->home);
    for (char *s = path + home; s; s = strchr(s + 1, '/')) {
        char cut = *s;
        *s = 0;
        if (mkdir(path, 0755) == 0)
            give(user, path);
        *s = cut;
    }
    if (mkdir(path, 0755) == 0)
        give(user, path);
}

static void make_above(const char *user, const char *rel)
{
    SC_FREE char *above = strdup(rel);
    char *slash = strrchr(above, '/');
    if (!slash)
        return;
    *slash = 0;
    home_mkdir(user, above);
}

void home_put(const char *user, const char *rel, const char *content)
{
    make_above(user, rel);
    SC_FD int fd = open(in_home(user, rel), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    give(user, in_home(user, rel));
}

void home_link(const char *user, const char *rel, const char *target)
{
    make_above(user, rel);
    assert_int_equal(symlink(target, in_home(user, rel)), 0);
    give(user, in_home(user, rel));
}

void home_remove(const char *user, const char *rel)
{
    SC_FD int fd = open(users_of(user)->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_good(sc_remove_tree_beneath(fd, rel, &world.err));
}

bool home_has(const char *user, const char *rel)
{
    struct stat st;
    return lstat(in_home(user, rel), &st) == 0;
}

unsigned storages(const char *user)
{
    unsigned n = 0;
    SC_DIR DIR *d = opendir(in_home(user, ".cagefs/websites"));
    for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    return n;
}

void domain(const char *user, const char *name, const char *rel)
{
    const char *full = long_name(name);
    home_mkdir(user, rel ? rel : full);
    panel_put(full, user, in_home(user, rel ? rel : full));
}

static void add_domain(const char *word, void *arg)
{
    domain(arg, word, NULL);
}

uid_t account(const char *user, const char *names)
{
    char path[128];
    snprintf(path, sizeof(path), "/home/%s", user);
    root_mkdir(path);
    users_add(user, next_uid, root_at(path));
    give(user, root_at(path));
    each_word(names, add_domain, (void *)(uintptr_t)user);
    return next_uid++;
}

/* ---- ~/.lve/domains.json ---- */

void wants_text(const char *user, const char *json)
{
    home_put(user, ".lve/domains.json", json);
}

static void add_wish(const char *word, void *arg)
{
    struct sc_buf *b = arg;
    sc_buf_fmt(b, "%s\"%s\": {\"isolated\": true}", b->data[b->len - 1] == '{' ? "" : ", ",
               long_name(word));
}

void wants(const char *user, const char *names)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "{\"domains\": {");
    each_word(names, add_wish, &b);
    sc_buf_str(&b, "}}");
    wants_text(user, b.data);
}

void wants_nothing(const char *user)
{
    home_remove(user, ".lve");
}

const char *wanted(const char *user)
{
    struct sc_buf *out = text();
    SC_BUF struct sc_buf file = SC_BUF_INIT;
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    int rc = sc_read_file(in_home(user, ".lve/domains.json"), SC_DOMAINS_SIZE_MAX, &file, NULL);
    if (rc == SC_E_NOTFOUND)
        return "none";
    assert_good(sc_domains_config_parse(file.data, file.len, users_of(user)->home, &c, &world.err));
    for (size_t i = 0; i < c.n; i++)
        if (c.entries[i].isolated)
            add_word(out, short_name(c.entries[i].name));
    return out->data;
}

/* ---- what a hook tells ---- */

void told(const char *user, const char *kind, const char *old_name, const char *new_name)
{
    const struct sc_event_row e = {.user = user,
                                   .kind = kind,
                                   .old_name = old_name ? long_name(old_name) : NULL,
                                   .new_name = new_name};
    assert_good(sc_store_event_push(world.s.store, &e, &world.err));
}

unsigned events_waiting(void)
{
    return (unsigned)stored("SELECT count(*) FROM event");
}

/* ---- passes ---- */

int pass(const char *user)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    int rc = sc_account_open(user, 0, &a, &world.err);
    return rc < 0 ? rc : sc_pass_user(&world.s, &a, SC_FACTS_LAST_GOOD, &world.err);
}

struct list {
    const char *v[16];
    size_t n;
};

static void add_to_list(const char *word, void *arg)
{
    struct list *l = arg;
    assert_true(l->n < 16);
    l->v[l->n++] = strdup(long_name(word));
}

static void list_done(struct list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((char *)(uintptr_t)l->v[i]);
}

int remount(const char *user)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    const struct sc_wish wish = {.end_processes = true};
    int rc = sc_account_open(user, 0, &a, &world.err);
    if (rc == 0)
        rc = sc_pass_gather(&world.s, &a, SC_FACTS_LAST_GOOD, NULL, &f, &world.err);
    if (rc == 0)
        rc = sc_pass_check(&world.s, &a, &f, &wish, &world.err);
    return rc < 0 ? rc : sc_pass_apply(&world.s, &a, &f, &wish, &world.err);
}

int change(const char *user, const char *enable, const char *disable)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    SC_CLEANUP(list_done) struct list on = {.n = 0}, off = {.n = 0};
    each_word(enable, add_to_list, &on);
    each_word(disable, add_to_list, &off);
    const struct sc_wish wish = {
        .enable = on.v, .n_enable = on.n, .disable = off.v, .n_disable = off.n};
    int rc = sc_account_open(user, 0, &a, &world.err);
    if (rc == 0)
        rc = sc_pass_gather(&world.s, &a, off.n ? SC_FACTS_REMOVAL : SC_FACTS_STRICT, NULL, &f,
                            &world.err);
    if (rc == 0)
        rc = sc_pass_check(&world.s, &a, &f, &wish, &world.err);
    return rc < 0 ? rc : sc_pass_apply(&world.s, &a, &f, &wish, &world.err);
}
