/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/programs.h"
#include "tests/unit/fixture.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/run.h"
#include "core/base/service.h"
#include "core/server/platform.h"

#define PROGRAMS_MAX 32
#define SERVICES_MAX 4

static struct {
    const char *words, *out, *said;
    int status;
    void (*work)(void);
} programs[PROGRAMS_MAX];
static size_t n_programs;
static char lines[8192], input[65536];

static struct service {
    const char *part, *failure;
    bool runs;
} services[SERVICES_MAX];
static size_t n_services;
static const char *lacking;

void programs_reset(void)
{
    n_programs = n_services = 0;
    lines[0] = input[0] = 0;
    lacking = NULL;
}

void platform_lacks(const char *text)
{
    lacking = text;
}

void program_says(const char *words, int status, const char *out, const char *said)
{
    assert_true(n_programs < PROGRAMS_MAX);
    programs[n_programs].work = NULL;
    programs[n_programs].words = words;
    programs[n_programs].status = status;
    programs[n_programs].out = out;
    programs[n_programs++].said = said;
}

void program_does(const char *words, void (*work)(void))
{
    program_says(words, 0, "", "");
    programs[n_programs - 1].work = work;
}

const char *programs_run(void)
{
    return lines;
}

const char *programs_input(void)
{
    return input;
}

static size_t note(const char *const *argv, char *line, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; argv[i]; i++)
        n += (size_t)snprintf(line + n, size - n, "%s%s", i ? " " : "", argv[i]);
    size_t used = strlen(lines);
    snprintf(lines + used, sizeof(lines) - used, "%s\n", line);
    return n;
}

/* ---- core/base/run.h ---- */

int __wrap_sc_run(const struct sc_run_spec *spec, struct sc_run_result *ret, struct sc_error *err);

int __wrap_sc_run(const struct sc_run_spec *spec, struct sc_run_result *ret, struct sc_error *err)
{
    char line[2048];
    note(spec->argv, line, sizeof(line));
    if (spec->input)
        snprintf(input, sizeof(input), "%.*s", (int)spec->input_len, (const char *)spec->input);
    for (size_t i = n_programs; i-- > 0;) {
        if (strncmp(line, programs[i].words, strlen(programs[i].words)) != 0)
            continue;
        if (programs[i].status < 0)
            return sc_error_set(err, programs[i].status, "%s did not answer", spec->argv[0]);
        if (programs[i].work)
            programs[i].work();
        ret->status = programs[i].status << 8;
        sc_buf_str(&ret->out, programs[i].out);
        sc_buf_str(&ret->err, programs[i].said);
        return 0;
    }
    return sc_error_sys(err, ENOENT, "cannot start %s", spec->argv[0]);
}

/* ---- core/base/service.h ---- */

static struct service *service(const char *daemon)
{
    for (size_t i = 0; i < n_services; i++)
        if (strstr(daemon, services[i].part))
            return &services[i];
    return NULL;
}

static struct service *service_of(const char *part)
{
    struct service *v = service(part);
    if (v)
        return v;
    assert_true(n_services < SERVICES_MAX);
    services[n_services] = (struct service){.part = part};
    return &services[n_services++];
}

bool service_runs(const char *part)
{
    return service_of(part)->runs;
}

void service_set(const char *part, bool runs)
{
    service_of(part)->runs = runs;
}

void service_fail(const char *part, const char *text)
{
    service_of(part)->failure = text;
}

int __wrap_sc_service_start(const struct sc_service *v, struct sc_error *err);
int __wrap_sc_service_stop(const struct sc_service *v, struct sc_error *err);
bool __wrap_sc_service_running(const struct sc_service *v);
bool __wrap_sc_by_systemd(void);

static int change(const struct sc_service *v, bool runs, struct sc_error *err)
{
    struct service *s = service_of(strstr(v->daemon, "monitor") ? "monitor" : "proxyexec");
    if (s->failure)
        return sc_error_set(err, SC_E_SYS, "%s", s->failure);
    s->runs = runs;
    return 0;
}

int __wrap_sc_service_start(const struct sc_service *v, struct sc_error *err)
{
    return change(v, true, err);
}

int __wrap_sc_service_stop(const struct sc_service *v, struct sc_error *err)
{
    return change(v, false, err);
}

bool __wrap_sc_service_running(const struct sc_service *v)
{
    const struct service *s = service(v->daemon);
    return s && s->runs;
}

bool __wrap_sc_by_systemd(void)
{
    return false;
}

/* ---- core/server/platform.h ---- */

int __wrap_sc_platform_check(struct sc_error *err);

int __wrap_sc_platform_check(struct sc_error *err)
{
    return lacking ? sc_error_set(err, SC_E_PLATFORM, "%s", lacking) : 0;
}
