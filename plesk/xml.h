/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an answer of Plesk's XML API ("XML-RPC", agent.php). Uses libxml2, which adapters do not
 * load: this runs in sitecage-plesk-xml, without privileges, and hands on rows (plesk/rows.h). */
#ifndef SC_PLESK_XML_H
#define SC_PLESK_XML_H

#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_PLESK_XML_COLUMNS 7
#define SC_PLESK_XML_ODD     "odd"

/* Appends a row for each thing that the answers to webspace, site, subdomain and site-alias `get`
 * list:
 *     KIND  ID  GROUP  NAME  LOGIN  DOCROOT  FLAG
 * KIND is the operator's name. GROUP is the id of its webspace (webspace, site), of its site
 * (site-alias), or the name of its parent (subdomain). NAME is the ASCII one where there is one.
 * LOGIN (ftp_login) and DOCROOT (www_root) are empty where the answer does not have them. FLAG: 1
 * for a webspace's own domain and for an alias that has web service, else 0. A result that says
 * that there is nothing (error 1013) is none.
 *
 * KIND SC_PLESK_XML_ODD is what is passed over: hosting without a document root, and, where others
 * are right, a result that is an error; text that PHP put around the answer. DOCROOT is what is
 * wrong then, for people; FLAG 1: it may hide others.
 *
 * No document type, no entities but XML's own, nothing is fetched, at most 16 levels. Errors:
 * SC_E_PANEL for what is no such answer, and for an answer that reports an error, with its number
 * and text. */
int sc_plesk_xml(const char *xml, size_t len, struct sc_buf *out, struct sc_error *err);

#endif
