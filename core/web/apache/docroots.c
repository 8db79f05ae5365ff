/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/docroots.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PLACES  512 /* a text that has none is resolved each time */
#define TEXT    256 /* longer ones, too */
#define KEEP_US 1000000

struct remembered {
    int64_t at;
    char text[TEXT], real[TEXT]; /* "": nothing, nowhere */
};

struct sc_web_docroots {
    pthread_mutex_t lock;
    struct remembered v[PLACES];
};

struct sc_web_docroots *sc_web_docroots_new(void)
{
    struct sc_web_docroots *d = calloc(1, sizeof(*d));
    if (d)
        pthread_mutex_init(&d->lock, NULL);
    return d;
}

void sc_web_docroots_free(struct sc_web_docroots *d)
{
    if (d)
        pthread_mutex_destroy(&d->lock);
    free(d);
}

static struct remembered *place(struct sc_web_docroots *d, const char *text)
{
    unsigned h = 5381;
    for (; *text; text++)
        h = h * 33 + (unsigned char)*text;
    return &d->v[h % PLACES];
}

static void resolve(const char *text, char out[PATH_MAX])
{
    if (!realpath(text, out))
        out[0] = 0;
}

bool sc_web_docroots_real(struct sc_web_docroots *d, const char *text, int64_t now_us,
                          char out[PATH_MAX])
{
    struct remembered *r = place(d, text);
    if (strlen(text) >= TEXT) {
        resolve(text, out);
        return out[0] != 0;
    }
    pthread_mutex_lock(&d->lock);
    bool known = strcmp(r->text, text) == 0 && now_us - r->at < KEEP_US && now_us >= r->at;
    if (known)
        memcpy(out, r->real, strlen(r->real) + 1);
    pthread_mutex_unlock(&d->lock);
    if (known)
        return out[0] != 0;
    resolve(text, out);
    if (strlen(out) < TEXT) {
        pthread_mutex_lock(&d->lock);
        r->at = now_us;
        strcpy(r->text, text);
        strcpy(r->real, out);
        pthread_mutex_unlock(&d->lock);
    }
    return out[0] != 0;
}
