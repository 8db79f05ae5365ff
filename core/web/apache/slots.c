/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/slots.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
#define IS_SLOT(type) ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT)
#elif defined(__aarch64__)
#define IS_SLOT(type) ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT)
#else
#error "the types of relocations are written for x86_64 and aarch64"
#endif

/* What the dynamic linker reads of an object. */
struct object {
    const char *path;
    uintptr_t base;
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Rela) * tables[2];
    size_t sizes[2]; /* entries */
    uintptr_t relro_from, relro_to;
};

typedef int (*on_slot)(const struct object *o, const char *name, void **at, void *arg);

struct search {
    on_slot on;
    void *arg;
    int rc;
};

/* glibc writes addresses there, other C libraries offsets. */
static uintptr_t address(uintptr_t base, uintptr_t value)
{
    return value >= base ? value : base + value;
}

static void read_dynamic(struct object *o, const ElfW(Dyn) * d)
{
    for (; d->d_tag != DT_NULL; d++) {
        uintptr_t p = address(o->base, d->d_un.d_ptr);
        if (d->d_tag == DT_SYMTAB)
            o->symbols = (const ElfW(Sym) *)p;
        else if (d->d_tag == DT_STRTAB)
            o->strings = (const char *)p;
        else if (d->d_tag == DT_JMPREL)
            o->tables[0] = (const ElfW(Rela) *)p;
        else if (d->d_tag == DT_PLTRELSZ)
            o->sizes[0] = d->d_un.d_val / sizeof(ElfW(Rela));
        else if (d->d_tag == DT_RELA)
            o->tables[1] = (const ElfW(Rela) *)p;
        else if (d->d_tag == DT_RELASZ)
            o->sizes[1] = d->d_un.d_val / sizeof(ElfW(Rela));
    }
}

/* As the dynamic linker does: what of its last page is no whole page stays writable. */
static uintptr_t whole_pages(uintptr_t at)
{
    return at & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
}

static void read_headers(struct object *o, const struct dl_phdr_info *info)
{
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        if (h->p_type == PT_DYNAMIC)
            read_dynamic(o, (const ElfW(Dyn) *)(o->base + h->p_vaddr));
        else if (h->p_type == PT_GNU_RELRO) {
            o->relro_from = whole_pages(o->base + h->p_vaddr);
            o->relro_to = whole_pages(o->base + h->p_vaddr + h->p_memsz);
        }
    }
}

/* The object that this code is in. */
static bool is_ours(const struct dl_phdr_info *info)
{
    uintptr_t here = (uintptr_t)is_ours;
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + h->p_vaddr;
        if (h->p_type == PT_LOAD && here >= from && here < from + h->p_memsz)
            return true;
    }
    return false;
}

static bool is_named(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    return strncmp(slash ? slash + 1 : path, name, strlen(name)) == 0;
}

/* What makes the stand-ins work must not come back to them. */
static bool is_left_alone(const struct dl_phdr_info *info)
{
    static const char *const names[] = {"libc.so.", "libc-2",     "ld-linux",
                                        "ld-2",     "libpthread", "libdl",
                                        "libasan",  "libubsan",   "linux-vdso"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is_named(info->dlpi_name, names[i]))
            return true;
    return is_ours(info);
}

static int search_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct search *s = arg;
    struct object o = {.path = info->dlpi_name, .base = info->dlpi_addr};
    (void)size;
    if (is_left_alone(info))
        return 0;
    read_headers(&o, info);
    if (!o.symbols || !o.strings)
        return 0;
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; o.tables[t] && i < o.sizes[t]; i++) {
            const ElfW(Rela) *r = &o.tables[t][i];
            if (!IS_SLOT(ELF64_R_TYPE(r->r_info)))
                continue;
            const char *name = o.strings + o.symbols[ELF64_R_SYM(r->r_info)].st_name;
            s->rc = s->on(&o, name, (void **)(o.base + r->r_offset), s->arg);
            if (s->rc < 0)
                return 1;
        }
    return 0;
}

/* ---- writing ---- */

static int protect(void **at, int how)
{
    return mprotect((void *)whole_pages((uintptr_t)at), sizeof(*at), how);
}

/* Slots that the dynamic linker made read-only are so again afterwards. */
static int put(const struct object *o, void **at, void *value)
{
    bool closed = (uintptr_t)at >= o->relro_from && (uintptr_t)at < o->relro_to;
    if (closed && protect(at, PROT_READ | PROT_WRITE) < 0)
        return -1;
    __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
    return closed ? protect(at, PROT_READ) : 0;
}

static const struct sc_web_stand_in *stand_in_of(const struct sc_web_slots *s, const char *name)
{
    for (size_t i = 0; i < s->n_names; i++)
        if (strcmp(s->names[i].name, name) == 0)
            return &s->names[i];
    return NULL;
}

static struct sc_web_slot *slot_of(const struct sc_web_slots *s, void **at)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].at == at)
            return &s->v[i];
    return NULL;
}

static int write_slot(const struct object *o, const char *name, void **at, void *arg)
{
    struct sc_web_slots *s = arg;
    const struct sc_web_stand_in *by = stand_in_of(s, name);
    if (!by || *at == (void *)by->function)
        return 0;
    struct sc_web_slot *known = slot_of(s, at); /* of an object that was there before this one */
    if (!known) {
        struct sc_web_slot *more = realloc(s->v, (s->n + 1) * sizeof(*more));
        if (!more) {
            errno = ENOMEM;
            return -1;
        }
        s->v = more;
        known = &s->v[s->n++];
    }
    *known = (struct sc_web_slot){at, *at};
    return put(o, at, (void *)by->function);
}

long sc_web_slots_write(struct sc_web_slots *s)
{
    size_t before = s->n;
    struct search search = {.on = write_slot, .arg = s};
    dl_iterate_phdr(search_object, &search);
    return search.rc < 0 ? -1 : (long)(s->n - before);
}

static int restore_slot(const struct object *o, const char *name, void **at, void *arg)
{
    const struct sc_web_slots *s = arg;
    const struct sc_web_stand_in *by = stand_in_of(s, name);
    const struct sc_web_slot *known = by ? slot_of(s, at) : NULL;
    if (known && *at == (void *)by->function)
        (void)put(o, at, known->before);
    return 0;
}

void sc_web_slots_restore(struct sc_web_slots *s)
{
    struct search search = {.on = restore_slot, .arg = s};
    dl_iterate_phdr(search_object, &search);
    free(s->v);
    s->v = NULL;
    s->n = 0;
}

struct has {
    const struct sc_web_slots *slots;
    const char *object, *name;
    bool found;
};

static int look_at_slot(const struct object *o, const char *name, void **at, void *arg)
{
    struct has *h = arg;
    if (strcmp(name, h->name) == 0 && is_named(o->path, h->object))
        h->found |= slot_of(h->slots, at) != NULL;
    return 0;
}

bool sc_web_slots_has(const struct sc_web_slots *s, const char *object, const char *name)
{
    struct has h = {s, object, name, false};
    struct search search = {.on = look_at_slot, .arg = &h};
    dl_iterate_phdr(search_object, &search);
    return h.found;
}
