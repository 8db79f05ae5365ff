/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/event.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"

#define WORD_MAX 1024 /* longer ones are no names */

/* How the event's arguments name the domain. */
enum form {
    NONE,
    PLAIN,      /* words[0] */
    LABEL,      /* words[0] below words[1]; without words[1] a full name */
    UNDERSCORE, /* LABELS_ROOTDOMAIN, or a full name */
    MODIFY,     /* an account's settings, of which its names are some */
    CONVERTED,  /* an addon domain became an account */
    HOSTS       /* words[0]: one domain or a list; their owners are looked at */
};

static const struct rule {
    const char *category, *event;
    enum sc_event_kind kind;
    enum form form;
    const char *words[2]; /* keys of the arguments */
} rules[] = {
    {"Whostmgr", "Accounts::Create", SC_EVENT_USER_CREATED, NONE, {NULL}},
    {"Whostmgr", "Accounts::Modify", SC_EVENT_USER_CHANGED, MODIFY, {NULL}},
    {"Whostmgr", "Accounts::Remove", SC_EVENT_USER_DELETED, NONE, {NULL}},
    {"Whostmgr",
     "Domain::addsubdomain",
     SC_EVENT_DOMAIN_CREATED,
     LABEL,
     {"subdomain", "rootdomain"}},
    {"Whostmgr",
     "Domain::delsubdomain",
     SC_EVENT_DOMAIN_DELETED,
     LABEL,
     {"subdomain", "rootdomain"}},
    {"Whostmgr", "Domain::park", SC_EVENT_DOMAIN_CREATED, PLAIN, {"new_domain"}},
    {"Whostmgr", "Domain::unpark", SC_EVENT_DOMAIN_DELETED, PLAIN, {"domain"}},
    /* Named so in the documentation. */
    {"Whostmgr", "ParkAdmin::park", SC_EVENT_DOMAIN_CREATED, PLAIN, {"new_domain"}},
    {"Whostmgr", "ParkAdmin::unpark", SC_EVENT_DOMAIN_DELETED, PLAIN, {"domain"}},
    {"ConvertAddon", "convert_addon", SC_EVENT_USER_CHANGED, CONVERTED, {"domain"}},
    {"Whostmgr", "Lang::PHP::set_vhost_versions", SC_EVENT_USER_CHANGED, HOSTS, {"vhost"}},
    {"scripts", "php_fpm_config", SC_EVENT_USER_CHANGED, HOSTS, {"rebuild"}},
    /* Api1::, Api2:: and UAPI:: alike. */
    {"Cpanel", "AddonDomain::addaddondomain", SC_EVENT_DOMAIN_CREATED, PLAIN, {"newdomain"}},
    {"Cpanel", "AddonDomain::deladdondomain", SC_EVENT_DOMAIN_DELETED, PLAIN, {"domain"}},
    {"Cpanel", "SubDomain::addsubdomain", SC_EVENT_DOMAIN_CREATED, LABEL, {"domain", "rootdomain"}},
    {"Cpanel",
     "SubDomain::delsubdomain",
     SC_EVENT_DOMAIN_DELETED,
     UNDERSCORE,
     {"domain", "rootdomain"}},
    {"Cpanel",
     "SubDomain::changedocroot",
     SC_EVENT_DOCROOT_CHANGED,
     LABEL,
     {"subdomain", "rootdomain"}},
    {"Cpanel", "Park::park", SC_EVENT_DOMAIN_CREATED, PLAIN, {"domain"}},
    {"Cpanel", "Park::unpark", SC_EVENT_DOMAIN_DELETED, PLAIN, {"domain"}},
};

/* The document, taken apart. */
struct said {
    const json_t *data; /* NULL unless an object */
    const json_t *args; /* data.args: an object or, in API 1, an array; NULL */
    const struct sc_cpanel_lookup *look;
    struct sc_events *events;
    char user[WORD_MAX];
};

/* A string, or a number's digits, as text; "" for all else, also for a string with a NUL in it. */
static void word(const json_t *v, char out[WORD_MAX])
{
    out[0] = 0;
    if (json_is_integer(v)) {
        snprintf(out, WORD_MAX, "%lld", (long long)json_integer_value(v));
        return;
    }
    const char *s = json_string_value(v);
    size_t n = s ? json_string_length(v) : 0;
    if (n < WORD_MAX && (!s || strlen(s) == n))
        memcpy(out, s ? s : "", n + 1);
}

/* The argument: of data.args where there are such, else of data itself. */
static void argument(const struct said *s, const char *key, size_t index, char out[WORD_MAX])
{
    out[0] = 0;
    if (json_is_array(s->args)) /* positional */
        word(json_array_get(s->args, index), out);
    else if (key)
        word(json_object_get(s->args ? s->args : s->data, key), out);
}

static void add(const struct said *s, enum sc_event_kind kind, const char *domain)
{
    const struct sc_event_words words = {.user = s->user, .domain = domain};
    sc_event_add(s->events, kind, &words);
}

/* An API 2 call's post hook runs also when the call failed: output[0].result is then false. */
static bool call_failed(const json_t *data)
{
    const json_t *first = json_array_get(json_object_get(data, "output"), 0);
    const json_t *result = json_object_get(first, "result");
    char text[WORD_MAX];
    word(result, text);
    return json_is_false(result) || strcmp(text, "0") == 0;
}

/* LABEL.ROOT, unless the label is a full name below the root already. */
static bool join(const char *label, const char *root, char out[256])
{
    char full[256], base[256];
    if (!*root)
        return sc_domain_canon(label, out, NULL) == 0;
    if (!*label || sc_domain_canon(root, base, NULL) < 0)
        return false;
    if (sc_domain_canon(label, full, NULL) == 0) {
        size_t n = strlen(full), m = strlen(base);
        if (n > m + 1 && full[n - m - 1] == '.' && strcmp(full + n - m, base) == 0) {
            memcpy(out, full, n + 1);
            return true;
        }
    }
    char text[WORD_MAX + 257];
    snprintf(text, sizeof(text), "%s.%s", label, base);
    return sc_domain_canon(text, out, NULL) == 0;
}

static bool is_domain_of(const struct said *s, const char *name)
{
    return s->look->is_domain_of && *s->user && s->look->is_domain_of(s->user, name, s->look->arg);
}

/* Both parts may have underscores of their own: the right one separates the labels from a domain
 * that the user has. */
static bool split(const struct said *s, const char *text, char out[256])
{
    char left[WORD_MAX], canon[256];
    bool has = false;
    snprintf(left, sizeof(left), "%s", text);
    for (char *p; (p = strrchr(left, '_')) != NULL;) {
        has = true;
        *p = 0;
        const char *right = text + (p - left) + 1;
        if (*left && sc_domain_canon(right, canon, NULL) == 0 && is_domain_of(s, canon) &&
            join(left, canon, out))
            return true;
    }
    /* A full name, as UAPI takes them. */
    return sc_domain_canon(text, out, NULL) == 0 && (!has || is_domain_of(s, out));
}

/* Accounts::Modify names the new main domain and user, never the old domain: it is kept from the
 * "pre" stage, which runs while the panel still has it. */
static void modify(const struct said *s, bool post)
{
    const struct sc_cpanel_lookup *look = s->look;
    char now[256], before[256], said[WORD_MAX], new_user[WORD_MAX];
    if (!post) {
        if (sc_owner_valid(s->user) && look->keep_main && look->main_now &&
            look->main_now(s->user, now, look->arg))
            look->keep_main(s->user, now, look->arg);
        add(s, SC_EVENT_USER_CHANGED, NULL);
        return;
    }
    argument(s, "newuser", 0, new_user);
    bool renamed =
        sc_owner_valid(new_user) && sc_owner_valid(s->user) && strcmp(new_user, s->user) != 0;
    const char *user = renamed ? new_user : s->user;
    if (renamed) {
        const struct sc_event_words words = {.user = s->user, .new_user = new_user};
        sc_event_add(s->events, SC_EVENT_USER_RENAMED, &words);
    }
    bool known = sc_owner_valid(s->user) && look->main_before &&
                 look->main_before(s->user, before, look->arg);
    argument(s, "domain", 0, said);
    bool told = sc_domain_canon(said, now, NULL) == 0;
    if (!told) {
        argument(s, "DNS", 0, said);
        told = sc_domain_canon(said, now, NULL) == 0;
    }
    if (!told && known && look->main_now)
        told = look->main_now(user, now, look->arg);
    if (known && told && strcmp(before, now) != 0) {
        const struct sc_event_words words = {
            .user = user, .domain = before, .new_domain = now, .subdomains = true};
        sc_event_add(s->events, SC_EVENT_DOMAIN_RENAMED, &words);
    } else if (!renamed) {
        add(s, SC_EVENT_USER_CHANGED, NULL);
    }
    if (sc_owner_valid(s->user) && look->keep_main)
        look->keep_main(s->user, NULL, look->arg);
}

/* The domain has left an account that the document does not name: its owner so far. */
static void converted(const struct said *s, const char *domain)
{
    add(s, SC_EVENT_USER_CHANGED, NULL);
    char status[WORD_MAX];
    word(json_object_get(s->data, "status"), status);
    if (*domain && strcmp(status, "0") != 0) {
        const struct sc_event_words words = {.domain = domain};
        sc_event_add(s->events, SC_EVENT_DOCROOT_CHANGED, &words);
    }
}

/* One domain that gets another PHP: its owner is looked at. Whose it is, nobody knows ("all" is no
 * domain): all are. */
static void host(struct said *s, const json_t *v)
{
    char text[WORD_MAX], name[256], owner[SC_OWNER_MAX + 1];
    word(v, text);
    if (sc_domain_canon(text, name, NULL) < 0 || !s->look->owner_of ||
        !s->look->owner_of(name, owner, s->look->arg))
        owner[0] = 0;
    snprintf(s->user, sizeof(s->user), "%s", owner);
    add(s, SC_EVENT_USER_CHANGED, NULL);
}

static void hosts(const struct said *said, const char *key)
{
    struct said s = *said;
    const json_t *v = json_object_get(s.args, key);
    if (!v)
        v = json_object_get(s.data, key);
    if (!json_is_array(v) || json_array_size(v) == 0) {
        host(&s, v);
        return;
    }
    for (size_t i = 0; i < json_array_size(v) && i <= SC_EVENTS_MAX; i++)
        host(&s, json_array_get(v, i));
}

static void apply(const struct said *s, const struct rule *r, bool post)
{
    if (r->form == MODIFY) {
        modify(s, post);
        return;
    }
    if (r->form == HOSTS) {
        hosts(s, r->words[0]);
        return;
    }
    if (!post) { /* nothing has happened yet */
        add(s, SC_EVENT_USER_CHANGED, NULL);
        return;
    }
    char first[WORD_MAX], second[WORD_MAX], name[256];
    argument(s, r->words[0], 0, first);
    argument(s, r->words[1], 1, second);
    bool ok = false;
    if (r->form == LABEL) {
        if (!*first) /* UAPI's changedocroot calls it so */
            argument(s, "domain", 0, first);
        ok = *first && join(first, second, name);
    } else if (r->form == UNDERSCORE) {
        ok = *second ? join(first, second, name) : *first && split(s, first, name);
    }
    if (r->form == CONVERTED)
        converted(s, first);
    else
        add(s, r->kind, r->form == PLAIN ? first : ok ? name : NULL);
    if (r->kind == SC_EVENT_USER_DELETED && s->look->keep_main && sc_owner_valid(s->user))
        s->look->keep_main(s->user, NULL, s->look->arg);
}

static const struct rule *rule_of(const char *category, const char *event)
{
    if (strcmp(category, "Cpanel") == 0) {
        static const char *const apis[] = {"Api1::", "Api2::", "UAPI::"};
        size_t i = 0;
        while (i < 3 && strncmp(event, apis[i], 6) != 0)
            i++;
        if (i == 3)
            return NULL;
        event += 6;
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(rules[i].category, category) == 0 && strcmp(rules[i].event, event) == 0)
            return &rules[i];
    }
    return NULL;
}

/* One stray byte in a customer's contact name must not turn his event into a look at everybody:
 * then the document is read with '?' for what is not ASCII. */
static json_t *decode(const char *data, size_t len)
{
    const size_t flags = JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK;
    json_t *doc = json_loadb(data, len, flags, NULL);
    SC_FREE char *plain = doc ? NULL : malloc(len + 1);
    if (!plain)
        return doc;
    for (size_t i = 0; i < len; i++)
        plain[i] = (unsigned char)data[i] < 0x80 ? data[i] : '?';
    return json_loadb(plain, len, flags, NULL);
}

static void find_user(struct said *s)
{
    /* suspendacct has the reseller outside and the account in args. */
    static const char *const keys[] = {"user", "username"};
    for (size_t i = 0; i < 2 && !*s->user; i++)
        word(json_object_get(s->args, keys[i]), s->user);
    for (size_t i = 0; i < 2 && !*s->user; i++)
        word(json_object_get(s->data, keys[i]), s->user);
}

void sc_cpanel_event_parse(const char *data, size_t len, const struct sc_cpanel_lookup *look,
                           struct sc_events *ret)
{
    static const struct sc_cpanel_lookup none = {0};
    SC_JSON json_t *doc = data ? decode(data, len) : NULL;
    const json_t *context = json_object_get(doc, "context");
    const json_t *payload = json_object_get(doc, "data");
    struct said s = {.data = json_is_object(payload) ? payload : NULL,
                     .look = look ? look : &none,
                     .events = ret};
    const json_t *args = json_object_get(s.data, "args");
    s.args = json_is_object(args) || json_is_array(args) ? args : NULL;

    char category[WORD_MAX], event[WORD_MAX], stage[WORD_MAX];
    word(json_object_get(context, "category"), category);
    word(json_object_get(context, "event"), event);
    word(json_object_get(context, "stage"), stage);
    /* In an API call data.user is who is logged in; what args has beside is the customer's word. */
    if (strcmp(category, "Cpanel") == 0)
        word(json_object_get(s.data, "user"), s.user);
    else
        find_user(&s);

    bool post = strcmp(stage, "post") == 0;
    if (post && strcmp(category, "Cpanel") == 0 && call_failed(s.data))
        return;
    const struct rule *r = rule_of(category, event);
    if (r)
        apply(&s, r, post);
    else
        add(&s, SC_EVENT_USER_CHANGED, NULL);
}
