/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/xml.h"

#include <libxml/xmlreader.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/domains_json.h"
#include "core/inventory/printed.h"
#include "plesk/rows.h"

#define DEPTH_MAX  16
#define PATH_BYTES 512
#define WORD_BYTES 1024 /* a name in UTF-8 is shorter; what is longer counts as missing */

#define WHO "the answer of Plesk's XML API"

/* One <result>. */
struct result {
    char status[16], errcode[16], errtext[WORD_BYTES];
    char id[32], group[WORD_BYTES], guid[64], group_guid[64];
    char name[WORD_BYTES], ascii_name[WORD_BYTES];
    char login[WORD_BYTES], docroot[SC_DOCROOT_MAX + 1];
    char state[32], web[16];
    char property[WORD_BYTES]; /* of the <property> that is being read */
    bool hosted;               /* it has web hosting */
};

struct reading {
    char path[PATH_BYTES]; /* "/packet/site/get/…" of where we are */
    size_t ends[DEPTH_MAX];
    size_t depth;
    struct sc_buf text; /* of the innermost element */
    struct result r;
    bool answered;                   /* there was something that an answer has */
    bool right;                      /* … that is no error */
    char refused[SC_ERROR_TEXT_MAX]; /* the first result that is an error */
    struct sc_buf *out;
};

static const char *const operators[] = {"webspace", "site", "subdomain", "site-alias"};

/* Where in a <result> which word is. */
#define AT(place, member)                                                                          \
    {                                                                                              \
        place, offsetof(struct result, member), sizeof(((struct result *)NULL)->member)            \
    }
static const struct {
    const char *place;
    size_t offset, size;
} words[] = {
    AT("status", status),
    AT("errcode", errcode),
    AT("errtext", errtext),
    AT("id", id),
    AT("data/gen_info/name", name),
    AT("data/gen_info/ascii-name", ascii_name),
    AT("data/gen_info/webspace-id", group),
    AT("data/gen_info/guid", guid),
    AT("data/gen_info/webspace-guid", group_guid),
    AT("data/name", name),
    AT("data/parent", group),
    AT("info/name", name),
    AT("info/ascii-name", ascii_name),
    AT("info/site-id", group),
    AT("info/status", state),
    AT("info/pref/web", web),
    AT("data/hosting/vrt_hst/property/name", property),
    AT("data/property/name", property),
};

static void put(char *to, size_t size, const struct sc_buf *text)
{
    if (text->len >= size || (text->len && memchr(text->data, 0, text->len)))
        return;
    memcpy(to, text->data ? text->data : "", text->len);
    to[text->len] = 0;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* What of the path lies below `prefix`, or NULL. */
static const char *below(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(path, prefix, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* The operator whose result we are in, and where in it: "" at its own element. */
static const char *in_result(const char *path, const char **ret_operator)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        char prefix[64];
        snprintf(prefix, sizeof(prefix), "/packet/%s/get/result", operators[i]);
        const char *rest = is(path, prefix) ? "" : below(path, prefix);
        if (rest) {
            *ret_operator = operators[i];
            return rest;
        }
    }
    return NULL;
}

static int failed(const char *what, const struct result *r, struct sc_error *err)
{
    return sc_error_set(err, SC_E_PANEL, "Plesk's XML API refuses %s: error %s: %s", what,
                        r->errcode[0] ? r->errcode : "?", r->errtext);
}

static int add_odd(struct reading *g, const char *name, const char *login, const char *text,
                   bool hides, struct sc_error *err)
{
    const char *columns[SC_PLESK_XML_COLUMNS] = {SC_PLESK_XML_ODD, "", "", name, login, text,
                                                 hides ? "1" : "0"};
    sc_rows_add(g->out, columns, SC_PLESK_XML_COLUMNS);
    return sc_buf_check(g->out, WHO, err);
}

/* One object that Plesk cannot tell of. */
static int refuse(struct reading *g, const char *op)
{
    struct sc_error why = SC_ERROR_INIT;
    (void)failed(op, &g->r, &why);
    if (!g->refused[0])
        memcpy(g->refused, why.text, sizeof(g->refused));
    return 0;
}

static int end_result(struct reading *g, const char *op, struct sc_error *err)
{
    struct result *r = &g->r;
    g->answered = true;
    if (is(r->errcode, "1013")) /* "… does not exist" */
        return 0;
    if (!is(r->status, "ok"))
        return refuse(g, op);
    g->right = true;
    const char *name = r->ascii_name[0] ? r->ascii_name : r->name;
    if (!name[0]) /* an empty list is one result without an object */
        return 0;
    bool flag = false;
    if (is(op, "webspace"))
        flag = true;
    else if (is(op, "site"))
        flag = r->guid[0] && is(r->guid, r->group_guid);
    else if (is(op, "site-alias"))
        flag = (is(r->web, "") || is(r->web, "1") || is(r->web, "true")) &&
               (is(r->state, "") || is(r->state, "0"));
    const char *columns[SC_PLESK_XML_COLUMNS] = {
        op,         r->id,           is(op, "webspace") ? r->id : r->group, name, r->login,
        r->docroot, flag ? "1" : "0"};
    sc_rows_add(g->out, columns, SC_PLESK_XML_COLUMNS);
    if (!r->hosted || r->docroot[0])
        return sc_buf_check(g->out, WHO, err);
    char text[WORD_BYTES + 64];
    snprintf(text, sizeof(text), "domain '%.253s': Plesk tells no www_root of its hosting", name);
    return add_odd(g, name, r->login, text, false, err);
}

static void value(struct reading *g)
{
    if (is(g->r.property, "ftp_login"))
        put(g->r.login, sizeof(g->r.login), &g->text);
    else if (is(g->r.property, "www_root"))
        put(g->r.docroot, sizeof(g->r.docroot), &g->text);
}

/* An element is complete: its path and text count. */
static int end(struct reading *g, struct sc_error *err)
{
    const char *op = NULL, *place = in_result(g->path, &op);
    const char *system = below(g->path, "/packet/system");
    int rc = sc_buf_check(&g->text, "a word of " WHO, err);
    if (rc < 0)
        return rc;
    if (place && !place[0])
        rc = end_result(g, op, err);
    else if (system && is(system, "errtext"))
        put(g->r.errtext, sizeof(g->r.errtext), &g->text);
    else if (system && is(system, "errcode"))
        put(g->r.errcode, sizeof(g->r.errcode), &g->text);
    else if (is(g->path, "/packet/system"))
        rc = failed("the request", &g->r, err);
    else if (place &&
             (is(place, "data/hosting/vrt_hst/property/value") || is(place, "data/property/value")))
        value(g);
    if (place && is(place, "data/hosting/vrt_hst"))
        g->r.hosted = true;
    for (size_t i = 0; place && i < sizeof(words) / sizeof(words[0]); i++) {
        if (is(place, words[i].place))
            put((char *)&g->r + words[i].offset, words[i].size, &g->text);
    }
    g->path[g->ends[--g->depth]] = 0;
    g->text.len = 0;
    return rc;
}

static int begin(struct reading *g, const char *name, struct sc_error *err)
{
    size_t len = strlen(g->path), n = strlen(name);
    if (g->depth == DEPTH_MAX || n > PATH_BYTES - len - 2)
        return sc_error_set(err, SC_E_PANEL, WHO " is nested too deeply");
    if (g->depth == 0 && !is(name, "packet"))
        return sc_error_set(err, SC_E_PANEL, WHO " is not a <packet> but <%.64s>", name);
    g->ends[g->depth++] = len;
    g->path[len] = '/';
    memcpy(g->path + len + 1, name, n + 1);
    g->text.len = 0;
    const char *op, *place = in_result(g->path, &op);
    if (place && !place[0])
        g->r = (struct result){0};
    else if (place && (is(place, "data/property") || is(place, "data/hosting/vrt_hst/property")))
        g->r.property[0] = 0;
    return 0;
}

static int node(struct reading *g, xmlTextReaderPtr x, struct sc_error *err)
{
    const char *name = (const char *)xmlTextReaderConstName(x);
    const char *text = (const char *)xmlTextReaderConstValue(x);
    int rc = 0;
    switch (xmlTextReaderNodeType(x)) {
    case XML_READER_TYPE_ELEMENT: {
        bool empty = xmlTextReaderIsEmptyElement(x) == 1;
        rc = begin(g, name ? name : "", err);
        return rc == 0 && empty ? end(g, err) : rc;
    }
    case XML_READER_TYPE_END_ELEMENT:
        return g->depth ? end(g, err) : 0;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        sc_buf_str(&g->text, text ? text : "");
        return 0;
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return sc_error_set(err, SC_E_PANEL, WHO " has a document type or entities of its own");
    default:
        return 0;
    }
}

static void reader_free(xmlTextReaderPtr *x)
{
    if (*x)
        xmlFreeTextReader(*x);
}

static int read_all(struct reading *g, xmlTextReaderPtr x, struct sc_error *err)
{
    int more;
    while ((more = xmlTextReaderRead(x)) == 1) {
        int rc = node(g, x, err);
        if (rc < 0)
            return rc;
    }
    if (more < 0) {
        const xmlError *e = xmlGetLastError();
        char text[200] = "?";
        if (e && e->message)
            snprintf(text, sizeof(text), "%.*s", (int)strcspn(e->message, "\n"), e->message);
        return sc_error_set(err, SC_E_PANEL, WHO " is not valid XML: line %d: %s", e ? e->line : 0,
                            text);
    }
    if (!g->answered)
        return sc_error_set(err, SC_E_PANEL, WHO " has no result in it");
    if (g->refused[0] && !g->right)
        return sc_error_set(err, SC_E_PANEL, "%s", g->refused);
    return g->refused[0] ? add_odd(g, "", "", g->refused, true, err) : 0;
}

/* Where the document is in what was received: PHP's text may stand around it. Without a document
 * all of it, for the parser to complain about. */
static struct sc_span find_document(const char *xml, size_t len, struct sc_printed *said)
{
    struct sc_span all = {xml, len};
    const char *declared = memmem(xml, len, "<?xml", 5), *packet = memmem(xml, len, "<packet", 7);
    const char *from = declared && (!packet || declared < packet) ? declared : packet;
    const char *to = xml + len;
    while (from && to - from >= 9 && memcmp(to - 9, "</packet>", 9) != 0)
        to--;
    if (!from || to - from < 9 ||
        !sc_printed_noise((struct sc_span){xml, (size_t)(from - xml)}, said) ||
        !sc_printed_noise((struct sc_span){to, (size_t)(xml + len - to)}, said))
        return all;
    return (struct sc_span){from, (size_t)(to - from)};
}

int sc_plesk_xml(const char *xml, size_t len, struct sc_buf *out, struct sc_error *err)
{
    if (len > INT_MAX)
        return sc_error_set(err, SC_E_TOOBIG, WHO " is longer than %d bytes", INT_MAX);
    struct sc_printed said = {0};
    struct sc_span document = find_document(xml, len, &said);
    xmlResetLastError();
    SC_CLEANUP(reader_free)
    xmlTextReaderPtr x = xmlReaderForMemory(document.p, (int)document.n, NULL, NULL,
                                            XML_PARSE_NONET | XML_PARSE_NOERROR |
                                                XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    SC_FREE struct reading *g = calloc(1, sizeof(*g));
    if (!x || !g)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for " WHO);
    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    g->out = &rows;
    g->text.limit = 64u << 10;
    int rc = read_all(g, x, err);
    if (rc == 0 && said.said.p) {
        char text[300];
        snprintf(text, sizeof(text), WHO " has text around it: '%.*s'",
                 (int)(said.said.n < 200 ? said.said.n : 200), said.said.p);
        rc = add_odd(g, "", "", text, true, err);
    }
    sc_buf_free(&g->text);
    if (rc < 0)
        return rc;
    sc_buf_add(out, rows.data ? rows.data : "", rows.len);
    return sc_buf_check(out, WHO, err);
}
