#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Passenger runs applications whatever handler a request has. A module of its name that does so, too: enable refuses, and a
# host that gets it later is answered 503 from the first request on. (With Debian's Passenger, mod_wsgi, mod_perl and mod_python the
# same was run by hand.)
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
enable() { cagefsctl --site-isolation-enable "$@"; }
list() { cagefsctl --site-isolation-list; }
add_line() { sed -i "s|^</VirtualHost>|$2\\n</VirtualHost>|" "/etc/apache2/sites-enabled/$1.conf"; }
not_covered() { [[ $(cagefsctl --site-isolation-check "$1" 2>&1) = *"$2"* ]]; }

mkdir /root/passenger && cd /root/passenger || exit 1
cat >mod_passenger.c <<'MODULE'
#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <string.h>
struct conf { int on; const char *note; };
extern module AP_MODULE_DECLARE_DATA passenger_module;
static const char *enabled(cmd_parms *cmd, void *c, int on) { (void)cmd; ((struct conf *)c)->on = on; return NULL; }
static const char *note(cmd_parms *cmd, void *c, const char *name) { (void)cmd; ((struct conf *)c)->note = name; return NULL; }
static void *make(apr_pool_t *p, char *dir) { (void)dir; struct conf *c = apr_pcalloc(p, sizeof(*c)); c->on = -1; return c; }
static void *merge(apr_pool_t *p, void *base, void *more)
{
    struct conf *c = apr_pmemdup(p, more, sizeof(*c));
    c->on = c->on < 0 ? ((struct conf *)base)->on : c->on;
    c->note = c->note ? c->note : ((struct conf *)base)->note;
    return c;
}
static int is_app(request_rec *r) { const struct conf *c = ap_get_module_config(r->per_dir_config, &passenger_module); return c->on == 1 && r->uri && strncmp(r->uri, "/app", 4) == 0; }
static int fixups(request_rec *r)
{
    const struct conf *c = ap_get_module_config(r->per_dir_config, &passenger_module);
    if (is_app(r)) apr_pool_userdata_set("note", c->note ? c->note : "Phusion Passenger", NULL, r->pool);
    return DECLINED;
}
static int handler(request_rec *r)
{
    if (!is_app(r)) return DECLINED;
    ap_set_content_type(r, "text/plain"); ap_rputs("an application\n", r); return OK;
}
static void hooks(apr_pool_t *p) { (void)p; ap_hook_fixups(fixups, NULL, NULL, APR_HOOK_MIDDLE); ap_hook_handler(handler, NULL, NULL, APR_HOOK_FIRST); }
static const command_rec commands[] = { AP_INIT_FLAG("PassengerEnabled", enabled, NULL, OR_ALL, NULL), AP_INIT_TAKE1("PassengerNote", note, NULL, OR_ALL, NULL), { NULL } };
module AP_MODULE_DECLARE_DATA passenger_module = { STANDARD20_MODULE_STUFF, make, merge, NULL, NULL, commands, hooks };
MODULE
check "the module is built" apxs -Wc,-Wall -Wc,-Werror -c mod_passenger.c
cp .libs/mod_passenger.so /usr/lib/apache2/modules/ && echo "LoadModule passenger_module /usr/lib/apache2/modules/mod_passenger.so" >/etc/apache2/mods-available/passenger.load
cd / || exit 1

panel_install
make_user john
for name in app off unused later named; do fpm_site john $name.example $H/$name; done
a2enmod -q passenger >/dev/null
add_line app.example "PassengerEnabled on"
for name in off later named; do add_line $name.example "PassengerEnabled off"; done
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
expect_output "control: the application runs" $'an application\n' http app.example /app

expect_fail 1 "PassengerEnabled at /etc/apache2/sites-enabled/app.example.conf:" enable app.example
expect_fail 1 "unless PassengerEnabled is off" enable unused.example
expect_output "nothing is isolated" $'No users with enabled CloudLinux Isolates\n' list
check "where it is off, sites are isolated" enable off.example later.example named.example
expect_output "and served" ok php_eval off.example 'echo "ok";'

## It is switched on for a site that is isolated
sed -i 's/PassengerEnabled off/PassengerEnabled on/' /etc/apache2/sites-enabled/later.example.conf
sed -i 's/PassengerEnabled off/PassengerEnabled on\nPassengerNote Other/' /etc/apache2/sites-enabled/named.example.conf
apache_reload
expect_output "its application is refused at once" 503 http_code later.example /app
expect_output "one that says so by another name is not run" 404 http_code named.example /app
expect_output "the site's PHP is served" ok php_eval later.example 'echo "ok";'
check "the log says why" grep -q "sitecage: later.example: 503: Passenger would run" /var/log/apache2/later.example.error.log
check "it is found" wait_until 10 not_covered later.example "PassengerEnabled at"

expect_output "others are as they were" ok php_eval off.example 'echo "ok";'

## The administrator may allow it
add_line later.example "SitecageAllowHandler passenger"
apache_reload
expect_output "then it runs, outside" $'an application\n' http later.example /app
finish
