/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking, before anything is changed, at what the sites use (core/look). */
#ifndef SC_ENGINE_BEFORE_H
#define SC_ENGINE_BEFORE_H

#include "core/engine/internal.h"
#include "core/look/look.h"

/* Begins to look at the sites that the jobs enable, or give a home of their own, with plans as they are to be.
 * `guard`: the web server will serve their files as they see them. That it cannot begin is
 * told to `w`. */
void sc_before_begin(const struct sc_jobs *jobs, bool guard, struct sc_look *ret,
                     const struct sc_watch *w);

/* Tells what was found. Holds nobody up where the caller holds no lock. */
void sc_before_tell(struct sc_look *look, const struct sc_watch *w);

/* Both, for one site of an account. */
void sc_before_one(const struct sc_look_one *site, const struct sc_watch *w);

#endif
