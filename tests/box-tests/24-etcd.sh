#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Domains that are kept in etcd: a real one of three members, with TLS, clients' certificates, users and passwords. What
# is written there is in force without any event; an etcd that is away, stopped, cut in two, compacted or emptied opens
# nothing, and is gone on from when it is back.
# shellcheck disable=SC2317,SC2016,SC2034,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/day.sh
. "$SC_SOURCE/tests/boxlib/day.sh"
# shellcheck source=tests/boxlib/tls.sh
. "$SC_SOURCE/tests/boxlib/tls.sh"
# shellcheck source=tests/boxlib/daemon.sh
. "$SC_SOURCE/tests/boxlib/daemon.sh"

generic=/usr/libexec/sitecage/sitecage-generic
H=/home/john
tls=$tls_dir
make_user john
echo "127.0.0.1 a.example b.example" >>/etc/hosts

# ---- etcd ----

tls_host n.example
tls_ca authority
tls_ca stranger
tls_cert member authority n.example
# With users, etcd refuses a client's certificate that has a CommonName.
node_cert() # CA
{
    openssl req -new -newkey rsa:2048 -nodes -sha256 -subj "/O=web" -keyout "$tls/node.key" -out "$tls/node.csr" 2>/dev/null &&
        openssl x509 -req -in "$tls/node.csr" -CA "$tls/$1.pem" -CAkey "$tls/$1.key" -CAcreateserial -sha256 -days 30 \
            -out "$tls/node.pem" 2>/dev/null && chmod 600 "$tls/node.key"
}
node_cert authority
members="n1=http://127.0.0.1:2381,n2=http://127.0.0.1:2382,n3=http://127.0.0.1:2383"
declare -A etcd_pid
etcd_start() # N: each has a group of its own, by which the firewall knows it
{
    ETCD_UNSUPPORTED_ARCH='' setsid setpriv --regid "400$1" --clear-groups \
        etcd --name "n$1" --data-dir "/run/etcd-$1" --log-level error \
        --listen-client-urls "https://127.0.0.1:237$1" --advertise-client-urls "https://n.example:237$1" \
        --listen-peer-urls "http://127.0.0.1:238$1" --initial-advertise-peer-urls "http://127.0.0.1:238$1" \
        --initial-cluster "$members" --cert-file "$tls/member.pem" --key-file "$tls/member.key" \
        --trusted-ca-file "$tls/authority.pem" --client-cert-auth --heartbeat-interval 200 --election-timeout 2000 \
        </dev/null >"/run/etcd-$1.log" 2>&1 &
    etcd_pid[$1]=$!
}
etcd_kill()
{
    kill -9 "${etcd_pid[$1]}"
    wait "${etcd_pid[$1]}" 2>/dev/null
    true
}
etcd_all() { local n; for n in 1 2 3; do "$@" "$n" || return; done; }
etcd_signal() { kill "-$1" "${etcd_pid[$2]}"; }
# etcd PATH BODY: what a member answers; root's token where there is one
token=
member() # N PATH BODY
{
    curl -sf --max-time 3 --cacert "$tls/authority.pem" --cert "$tls/node.pem" --key "$tls/node.key" \
        ${token:+-H "Authorization: $token"} "https://n.example:237$1$2" -d "$3"
}
etcd()
{
    local n
    for n in 2 3 1; do
        member "$n" "$@" && return
    done
    return 1
}
answers() { member "$1" /v3/kv/range '{"key":"eA=="}'; }
# cut_off: member 1 from the other two; who asks it reaches it as before
cut_off()
{
    nft -f - <<'NFT'
table inet cut {
    chain out {
        type filter hook output priority 0
        tcp dport 2381 reject with tcp reset
        meta skgid 4001 tcp dport { 2382, 2383 } reject with tcp reset
    }
}
NFT
}
# vanished: nothing comes from the members at PORTS any more, and nothing gets to them
vanished() # PORTS
{
    nft "table inet gone { chain out { type filter hook output priority 0; tcp dport $1 drop; tcp sport $1 drop; }; }"
}
b64() { printf %s "$1" | base64 -w0; }
put() { etcd /v3/kv/put "{\"key\":\"$(b64 "/fleet/$1")\",\"value\":\"$(b64 "$2")\"}"; }
site() { put "john/$1" "{\"document_root\":\"$2\"}"; }
revision() { etcd /v3/kv/range "{\"key\":\"$(b64 x)\"}" | jq -r .header.revision; }
log_in() { token=$(etcd /v3/auth/authenticate '{"name":"root","password":"of root"}' | jq -er .token); }
users()
{
    local read
    read="{\"permType\":\"READ\",\"key\":\"$(b64 /fleet/)\",\"range_end\":\"$(b64 /fleet0)\"}"
    etcd /v3/auth/user/add '{"name":"root","password":"of root"}' && etcd /v3/auth/role/add '{"name":"root"}' &&
        etcd /v3/auth/user/grant '{"user":"root","role":"root"}' &&
        etcd /v3/auth/user/add '{"name":"web","password":"of web"}' && etcd /v3/auth/role/add '{"name":"reader"}' &&
        etcd /v3/auth/role/grant "{\"name\":\"reader\",\"perm\":$read}" &&
        etcd /v3/auth/user/grant '{"user":"web","role":"reader"}' && etcd /v3/auth/enable '{}'
}

# ---- the server ----

# make DOMAIN: a directory of john's; nobody's site until it is written in etcd
make() { as_user john mkdir -p "$H/$1" && echo "secret of $1" | put_file john "$H/$1/secret.txt" 644; }
for domain in a b; do
    site_owner[$domain.example]=john site_docroot[$domain.example]=$H/$domain
    day_files john $H/$domain $domain && fpm_pool $domain.example "$(fpm_socket $domain.example)"
done
for domain in c d e f g h i j k l; do make $domain; done
apache_configure
for domain in a b; do fpm_vhost $domain.example "$(fpm_socket $domain.example)"; done
check "PHP-FPM" fpm_start
check "Apache" apache_start
a_reads() { reads a.example "$H/$1/secret.txt"; }
a_reads_not() { reads_not a.example "$H/$1/secret.txt"; }
isolated() { a_reads_not b && serves a.example a && listed john a.example; }
watcher() { pgrep -o -f "^$generic watch"; }
known() { $generic domains | jq -e ".data[\"$1\"]"; }

conf() { printf '%s\n' '[sitecage]' 'panel = etcd' 'panel_timeout = 5' 'home = shared' '[api]' \
    'url = https://n.example:2371, https://n.example:2372, https://n.example:2373' 'prefix = /fleet' "$@" >/etc/sitecage.conf; }
certs="ca_file = $tls/authority.pem
cert_file = $tls/node.pem
key_file = $tls/node.key"
echo "of web" >/etc/etcd.secret
chmod 600 /etc/etcd.secret "$tls"/*.key
whole() { conf "$certs" "user = web" "secret_file = /etc/etcd.secret"; }

expired() { [[ $("$generic" status 2>&1) == *'is not valid for that host'*expired* ]]; }
has_no_leader() { [[ $("$generic" status 2>&1) == *'answered with status 503, it has no leader: see whether most of'* ]]; }

echo "== what must be right"
whole
expect_contains "nobody is there" "cannot reach https://n.example:237" sh -c "$generic domains | jq -r .metadata.message"
etcd_all etcd_start
check "three members" wait_until 30 etcd /v3/kv/range '{"key":"eA=="}'
check "users" wait_until 20 users
check "a token" wait_until 20 log_in
expect_contains "an empty store is no answer" "no key that begins with /fleet/" sh -c "$generic domains | jq -r .metadata.message"
site a.example $H/a >/dev/null && site b.example $H/b >/dev/null
put john/odd.example 'no JSON' >/dev/null
put 'john/../../etc' '{"document_root":"/etc"}' >/dev/null
expect_output "domains" "a.example john $H/a
b.example john $H/b
" sh -c "$generic domains 2>/dev/null | jq -r '.data | to_entries[] | \"\\(.key) \\(.value.owner) \\(.value.document_root)\"'"
expect_contains "an odd entry is said" "domain 'odd.example' of user 'john' has a value that is no JSON object" \
    sh -c "$generic domains 2>&1 >/dev/null"
expect_contains "users" '"username":"john"' sh -c "$generic users 2>/dev/null | jq -c ."
expect_contains "status" "keys below /fleet/, which are watched; https://n.example:237" $generic status
echo "of nobody" >/etc/etcd.secret
check_not "with another password" $generic status
echo "of web" >/etc/etcd.secret
chmod 644 "$tls/node.key"
expect_fail 1 "can be read or written by others" $generic status
chmod 600 "$tls/node.key"
conf "ca_file = $tls/authority.pem" "user = web" "secret_file = /etc/etcd.secret"
check_not "without a certificate" $generic status
conf "${certs/authority/stranger}" "user = web" "secret_file = /etc/etcd.secret"
expect_fail 1 "is not valid for that host" $generic status
whole
check "as it was" $generic status

echo "== isolated"
check "control: a reads b's file" a_reads b
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable a" cagefsctl --site-isolation-enable a.example
check "a is isolated" isolated
check "the watch runs" wait_until 20 watcher
check "it knows where it is" wait_until 20 test -s /run/sitecage/etcd
check "by nobody" wait_until 20 pgrep -u nobody -f '^/usr/libexec/sitecage/sitecage-http'

echo "== a change"
check "control: a reads c" a_reads c
site c.example $H/c >/dev/null
check "closed to a" soon a_reads_not c
check "a is isolated" isolated

echo "== compacted, while the watch looks away"
check "control: a reads d and e" eval 'a_reads d && a_reads e'
was=$(cat /run/sitecage/etcd)
pid=$(watcher)
kill -STOP "$pid"
site d.example $H/d >/dev/null
site e.example $H/e >/dev/null
check "compacted" etcd /v3/kv/compaction "{\"revision\":\"$(revision)\",\"physical\":true}"
check "nothing was told meanwhile" test "$was" = "$(cat /run/sitecage/etcd)"
kill -CONT "$pid"
check "d is closed to a" soon a_reads_not d
check "e is closed to a" soon a_reads_not e

echo "== the member that is asked first is cut off from the others"
check "control: a reads h" a_reads h
check "cut off" cut_off
check "the others take a change" wait_until 30 site h.example $H/h
check "which is closed to a" soon a_reads_not h
sed -i 's,^url = .*,url = https://n.example:2371,' /etc/sitecage.conf
check "it does not wait for a leader to say that it has none" wait_until 30 has_no_leader
whole
check "a is isolated" isolated
check "together again" nft delete table inet cut
check "all three answer" wait_until 30 etcd_all answers

echo "== the member that is asked first is killed"
check "control: a reads f" a_reads f
etcd_kill 1
check "the others answer" wait_until 20 log_in
check "and take a change" wait_until 20 site f.example $H/f
check "which is closed to a" soon a_reads_not f
check "a is isolated" isolated

echo "== the members' certificates expire, and come from another authority"
etcd_kill 2
etcd_kill 3
tls_cert_expired member authority n.example
token=
etcd_all etcd_start
check "that is said" wait_until 30 expired
check "a is isolated" isolated
check_not "regenerate says so" cagefsctl --site-isolation-regenerate john
etcd_all etcd_kill
tls_ca authority
tls_cert member authority n.example
node_cert authority
etcd_all etcd_start
check "a token" wait_until 30 log_in
check "control: a reads j" a_reads j
check "a change" wait_until 20 site j.example $H/j
check "which is closed to a" soon a_reads_not j
check "a is isolated" isolated

echo "== no packet comes to or from the members any more"
check "control: a reads k and l" eval 'a_reads k && a_reads l'
check "the first two" vanished '{ 2371, 2372 }'
check "the third takes a change" wait_until 30 member 3 /v3/kv/put "{\"key\":\"$(b64 /fleet/john/k.example)\",\"value\":\"$(b64 "{\"document_root\":\"$H/k\"}")\"}"
check "which is closed to a" soon a_reads_not k
check "questions begin with the third" wait_until 20 eval '[ "$(cat /run/sitecage/etcd.member)" = https://n.example:2373 ]'
nft delete table inet gone
check "all three" vanished '{ 2371, 2372, 2373 }'
check "no answer" wait_until 20 eval '! $generic status'
check "a is isolated" isolated
nft delete table inet gone
check "a change when they are back" wait_until 20 site l.example $H/l
check "which is closed to a" soon a_reads_not l
check "a is isolated" isolated

echo "== all are slow"
check "control: a reads g" a_reads g
etcd_signal STOP 2
etcd_signal STOP 3
check_not "no answer" $generic status
check "a is isolated" isolated
check_not "regenerate says so" cagefsctl --site-isolation-regenerate john
check "a is isolated still" isolated
etcd_signal CONT 2
etcd_signal CONT 3
check "they are back" wait_until 30 log_in
check "and take a change" wait_until 20 site g.example $H/g
check "which is closed to a" soon a_reads_not g

echo "== it comes back without its data"
etcd_all etcd_kill
rm -rf /run/etcd-[123]
token=
etcd_all etcd_start
check "three members" wait_until 30 etcd /v3/kv/range '{"key":"eA=="}'
check "users" wait_until 20 users
check "a token" wait_until 20 log_in
check_not "no answer" known a.example
check_not "nor for a command" cagefsctl --site-isolation-regenerate john
check "a is isolated" isolated
check "control: a reads i" a_reads i
for domain in a b c d e f g h i j k l; do site $domain.example $H/$domain >/dev/null; done
check "its data are back" wait_until 20 known i.example
check "what is new is closed to a" soon a_reads_not i
check "a is isolated" isolated
check "disable" cagefsctl --site-isolation-disable a.example
check "control: a reads b's file again" wait_until 20 a_reads b
etcd_all etcd_kill

finish
