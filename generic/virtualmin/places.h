/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where Virtualmin keeps its data. */
#ifndef SC_GENERIC_VIRTUALMIN_PLACES_H
#define SC_GENERIC_VIRTUALMIN_PLACES_H

#define SC_VM_TITLE   "Virtualmin"
#define SC_VM_BASE    "/etc/webmin/virtual-server" /* config; root's */
#define SC_VM_DOMAINS SC_VM_BASE "/domains" /* a file for each virtual server, called as its id */
#define SC_VM_PLANS   SC_VM_BASE "/plans"   /* likewise */

#endif
