/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/ports.h"

#include <sys/epoll.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/loopback/kernel.h"
#include "core/loopback/listeners.h"
#include "core/loopback/loopback.h"
#include "hooks/monitor/fpm.h"

static void look_at(struct sc_monitor *m, int64_t at, int64_t gap)
{
    if (at < m->ports.done + gap)
        at = m->ports.done + gap;
    if (at < m->ports.look_at)
        m->ports.look_at = at;
}

/* For one event at a time: a firewall that is changed all the time does not keep us awake. */
static void arm(struct sc_monitor *m, int epfd, int how)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = &m->ports};
    if (m->ports.fd >= 0 && epoll_ctl(epfd, how, m->ports.fd, &e) < 0)
        sc_close(&m->ports.fd);
}

void sc_monitor_ports_begin(struct sc_monitor *m, int epfd, int64_t now)
{
    struct sc_error err = SC_ERROR_INIT;
    m->ports = (struct sc_monitor_ports){.fd = -EBADF,
                                         .look_at = now,
                                         .done = now - SC_PORTS_GAP_MS,
                                         .pulse_at = now + SC_PORTS_PULSE_MS};
    if (sc_loopback_kernel_watch(&m->ports.fd, &err) < 0)
        sc_log_debug("the firewall is looked at by the clock alone: %s", err.text);
    arm(m, epfd, EPOLL_CTL_ADD);
}

void sc_monitor_ports_changed(struct sc_monitor *m, int64_t now)
{
    look_at(m, now + SC_PORTS_SETTLE_MS, SC_PORTS_GAP_MS);
}

/* Ours or others': the table says whether anything is to be done. */
static void see_whether_it_stands(struct sc_monitor *m, int64_t now)
{
    if (!sc_loopback_stands())
        look_at(m, now, SC_PORTS_SOON_MS);
}

void sc_monitor_ports_told(struct sc_monitor *m, int64_t now)
{
    sc_loopback_kernel_drain(m->ports.fd);
    m->ports.read_at = now + SC_PORTS_READ_MS;
    see_whether_it_stands(m, now);
}

void sc_monitor_ports_looked(struct sc_monitor *m, bool ok, int64_t now)
{
    int64_t next = now + (ok ? SC_PORTS_TIMER_MS : SC_PORTS_RETRY_MS);
    if (next < m->ports.look_at)
        m->ports.look_at = next;
}

static void pulse(struct sc_monitor *m, int64_t now)
{
    SC_CLEANUP(sc_tcp_listeners_done) struct sc_tcp_listeners ls = {0};
    m->ports.pulse_at = now + SC_PORTS_PULSE_MS;
    if (sc_tcp_listeners_read(&ls, NULL) == 0 && sc_tcp_listeners_digest(&ls) != m->ports.listens) {
        if (m->ports.listens)
            sc_fpm_clock_changed(&m->fpm.clock, now);
        m->ports.listens = sc_tcp_listeners_digest(&ls);
        look_at(m, now, SC_PORTS_GAP_MS);
    }
    if (m->ports.fd < 0)
        see_whether_it_stands(m, now);
}

void sc_monitor_ports(struct sc_monitor *m, int epfd, int64_t now)
{
    if (m->ports.read_at && m->ports.read_at <= now) {
        m->ports.read_at = 0;
        arm(m, epfd, EPOLL_CTL_MOD);
    }
    if (m->ports.pulse_at <= now)
        pulse(m, now);
}

int64_t sc_monitor_ports_next(const struct sc_monitor *m)
{
    int64_t read = m->ports.read_at ? m->ports.read_at : SC_WORK_NEVER;
    return read < m->ports.pulse_at ? read : m->ports.pulse_at;
}
