#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# DirectAdmin's custom templates move document roots: what they set is where the site is, and where a condition is not
# understood every place that it may be stays closed to the account's isolated sites.
# Functions are called by the checks.
# shellcheck disable=SC2317,SC2154,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/directadmin.sh
. "$SC_SOURCE/tests/boxlib/directadmin.sh"

H=/home/acct
echo "home = shared" >/etc/sitecage.conf # what is closed in it is seen to be open before
da_install
da_user acct main.example
da_domain acct moved.example
da_subdomain acct moved.example shop
check "register" sh -c '/usr/libexec/sitecage/sitecage-directadmin register >/dev/null'
check "allow-all" cagefsctl --site-isolation-allow-all
for p in app app/public shops/shop one two tls; do
    as_user acct mkdir -p $H/$p
    echo "secret of $p" | put_file acct $H/$p/secret 600
done
template() # LINE...: of moved.example; then as the panel tells of it
{
    printf '%s\n' "$@" >"$(da_dir acct)/moved.example.cust_httpd"
    da_own acct
    cagefsctl --site-isolation-regenerate acct >/dev/null
}
root_of() { /usr/libexec/sitecage/sitecage-directadmin domains --name "$1" 2>/dev/null | jq -r '.data[].document_root'; }
sees() { probe p "cat $H/$1/secret" | grep -q "secret of"; }
hidden() { ! probe p "cat $H/$1/secret" && ! probe p "ls $H/$1/"; }

check "one is isolated" cagefsctl --site-isolation-enable main.example
check "a process stays in it" probe_start p acct main.example
for p in app/public shops/shop one two tls; do check "control: $p is no document root" sees $p; done

# --- the way that DirectAdmin's importer and administrators write it ----------------------------------------------
check "|*if !SUB|" template '|*if !SUB|' '|?DOCROOT=`HOME`/app/public|' '|*endif|'
expect_output "moves the domain" $H/app/public$'\n' root_of moved.example
expect_output "not its subdomain" $H/domains/moved.example/public_html/shop$'\n' root_of shop.moved.example
check "which is hidden" hidden app/public
check "control: what nothing names is not" sees one
check "the first line without its closing bar" template '|*if !SUB' '|?DOCROOT=`HOME`/app/public|' '|*endif|'
check "the same" hidden app/public
check "it can be isolated" cagefsctl --site-isolation-enable moved.example
expect_output "and is entered there" 'secret of app/public'$'\n' as_user acct cagefs_enter_site moved.example cat secret
check_not "apart from the other" as_user acct cagefs_enter_site moved.example ls $H/domains/main.example/public_html/
check "|*if SUB|, |*else|" template '|*if SUB|' '|?SDOCROOT=`HOME`/shops/`SUB`|' '|*else|' '|?DOCROOT=`HOME`/app/public|' '|*endif|'
expect_output "moves the subdomain" $H/shops/shop$'\n' root_of shop.moved.example
check "which is hidden" hidden shops/shop
expect_output "and the domain" $H/app/public$'\n' root_of moved.example
check "by a variable" template '|?WHERE=one|' '|*if DOMAIN="moved.example"|' '|*if !SUB|' '|?DOCROOT=`HOME`/`WHERE`|' '|*endif|' '|*endif|'
expect_output "moves the domain" $H/one$'\n' root_of moved.example
check "one is hidden" hidden one
check "and app is not any more" sees app/public

# --- what is not understood: all branches are closed, and it is said ----------------------------------------------
check "another condition" template '|*if CLI>"1"|' '|?DOCROOT=`HOME`/one|' '|*else|' '|?DOCROOT=`HOME`/two|' '|*endif|'
check "one branch is closed" hidden one
check "the other, too" hidden two
check "control: what no branch names is open" sees app/public
says() { cagefsctl --site-isolation-check >"$checks_dir/check" || true; grep -q "$1" "$checks_dir/check"; }
check "check names it" says 'moved.example.*|\*if CLI>"1"|'
check "the host for HTTPS" template '|*if SSL_TEMPLATE="1"|' '|?DOCROOT=`HOME`/tls|' '|*endif|'
check "its place is closed" hidden tls
expect_output "the document root is the other host's" $H/domains/moved.example/public_html$'\n' root_of moved.example
check_not "which is no doubt" says 'moved.example.*not understood'
check "nothing of it" template '# nothing'
for p in app/public shops/shop one two tls; do check "$p is open again" sees $p; done
probe_end p
finish
