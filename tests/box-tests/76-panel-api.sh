#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A panel's HTTP API, asked by hooks/api/http.h: what arrives, what is refused, and where credentials go.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/tls.sh
. "$SC_SOURCE/tests/boxlib/tls.sh"

payloads=$SC_SOURCE/tests/payloads
fetch() { "$SC_BUILD/tests/http-fetch" "$@"; }
ca=$tls_dir/authority.pem
secret=s3cr3t-t0ken
url=https://panel.example:2087
# panel PATH [OPTION...]: with credentials, as adapters ask
panel() { fetch "$url$1" ca="$ca" user='admin|joe' "password=$secret" "${@:2}"; }
last() { tls_requests "$1" | tail -n 1 | jq -r "$2"; }
count() { tls_requests "$1" | wc -l; }

tls_host panel.example
tls_host other.example
tls_ca authority && tls_ca stranger
tls_cert good authority panel.example
tls_cert wrong-name authority other.example
tls_cert self self panel.example
tls_cert foreign stranger panel.example
tls_cert_expired expired authority panel.example
check "a panel's server" tls_start panel 2087 good
check "another server, of the same authority" tls_start other 2088 wrong-name
check "one that signed its own certificate" tls_start self 2090 self
check "one with a stranger's" tls_start foreign 2091 foreign
check "one whose certificate is over" tls_start expired 2092 expired
check "one that speaks no TLS" tls_start plain 2093 -

echo "== answers"
domain_info='{"metadata":{"version":1,"reason":"OK","result":1,"command":"get_domain_info"},"data":{"domains":[
{"domain":"main.example","docroot":"/home/acct/public_html","user":"acct","user_owner":"root","domain_type":"main"}]}}'
tls_answer panel /json-api/get_domain_info <<<"$domain_info"
tls_answer panel /execute/DomainInfo/domains_data <"$payloads/cpanel/api-uapi-domains_data-hash.json"
tls_answer panel /enterprise/control/agent.php <"$payloads/plesk/xml-site-get-hosting.xml"
tls_answer panel /CMD_API_DOMAIN <"$payloads/directadmin/api-document_root-admin.json"
expect_output "JSON" "$domain_info"$'\n' panel '/json-api/get_domain_info?api.version=1'
check "its path" test "$(last panel .path)" = '/json-api/get_domain_info?api.version=1'
check "HTTP basic, with '|' in the name" test "$(last panel .authorization)" = "Basic $(printf '%s' "admin|joe:$secret" | base64)"
same() { cmp <("${@:2}") "$1"; }
check "a large answer, byte for byte" same "$payloads/cpanel/api-uapi-domains_data-hash.json" \
    panel /execute/DomainInfo/domains_data
check "the same in chunks" same "$payloads/cpanel/api-uapi-domains_data-hash.json" \
    panel /~chunked/execute/DomainInfo/domains_data
check "XML by POST" same "$payloads/plesk/xml-site-get-hosting.xml" \
    fetch $url/enterprise/control/agent.php ca="$ca" header='Content-Type: text/xml' header="KEY: $secret" body='<packet/>'
check "the method" test "$(last panel .method)" = POST
check "the body" test "$(last panel .body)" = '<packet/>'
check "the header" test "$(last panel .headers.KEY)" = "$secret"
check "the type" test "$(last panel '.headers["Content-Type"]')" = text/xml
check "no credentials that nobody gave" test "$(last panel .authorization)" = null
check "JSON by GET" same "$payloads/directadmin/api-document_root-admin.json" \
    panel '/CMD_API_DOMAIN?action=document_root&json=yes'
expect_output "an empty answer is one" '' panel /~empty/x
head -c 300000 /dev/urandom >"$tls_dir/panel.answers/random"
check "any bytes" same "$tls_dir/panel.answers/random" panel /random

echo "== certificates"
for server in 'self 2090' 'foreign 2091' 'expired 2092' 'other 2088'; do
    tls_answer "${server% *}" /x <<<x
done
at() { fetch "https://panel.example:$1/x" ca="$ca" user=u "password=$secret"; }
expect_fail 7 'the certificate of https://panel.example:2090 is not valid for that host: ' at 2090
expect_fail 7 'the certificate of https://panel.example:2091 is not valid for that host: ' at 2091
expect_fail 7 'certificate has expired' at 2092
expect_fail 7 "no alternative certificate subject name matches target host name 'panel.example'" at 2088
expect_fail 7 'or set ca_file in [api] of /etc/sitecage.conf' at 2090
expect_fail 7 "https://panel.example:2093 does not speak TLS 1.2 or newer: " at 2093
for server in self foreign expired other plain; do
    check "$server saw no request" test "$(count $server)" = 0
done
expect_output "control: the self-signed one, trusted by name" $'x\n' fetch https://panel.example:2090/x ca="$tls_dir/self.pem"
expect_output "control: the stranger's" $'x\n' fetch https://panel.example:2091/x ca="$tls_dir/stranger.pem"
expect_output "control: the other's own name" $'x\n' fetch https://other.example:2088/x ca="$ca"
expect_output "control: the one that is over would answer" $'x\n' curl -sk https://panel.example:2092/x
expect_fail 7 'is not valid for that host: ' fetch $url/CMD_API_DOMAIN
cp "$ca" /usr/local/share/ca-certificates/authority.crt
update-ca-certificates >/dev/null 2>&1
check "the system's certificates, where no ca_file is given" fetch $url/CMD_API_DOMAIN
expect_fail 7 'is not valid for that host: ' fetch $url/CMD_API_DOMAIN ca="$tls_dir/stranger.pem"
rm /usr/local/share/ca-certificates/authority.crt
update-ca-certificates --fresh >/dev/null 2>&1
expect_fail 1 "cannot read $tls_dir/none.pem (ca_file in [api]" fetch $url/x ca="$tls_dir/none.pem"
install -m 600 "$ca" "$tls_dir/closed.pem"
expect_fail 1 "every user must be able to): Permission denied" fetch $url/x ca="$tls_dir/closed.pem"
echo nonsense >"$tls_dir/nonsense.pem"
expect_fail 7 "the certificates in $tls_dir/nonsense.pem cannot be used" fetch $url/x ca="$tls_dir/nonsense.pem"
tls_behave old tls11
check "a server of yesterday" tls_start old 2094 good
expect_fail 7 'https://panel.example:2094 does not speak TLS 1.2 or newer: ' fetch https://panel.example:2094/x ca="$ca"
tls_old() { openssl s_client -connect 127.0.0.1:2094 -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null 2>&1; }
expect_contains "control: it speaks TLS 1.1" 'Protocol  : TLSv1.1' tls_old

echo "== redirects"
tls_forget other
expect_fail 7 "$url wants to redirect to the host other.example (status 302), which was not followed: give" \
    panel "/~redirect/https://other.example:2088/x?$secret"
expect_fail 7 "redirect to the host other.example (status 302)" panel "/~redirect/http://u:$secret@other.example:2088/x"
check "the other host was not asked" test "$(count other)" = 0
follow() { curl -sL --location-trusted --cacert "$ca" -u "admin:$secret" "$url/~redirect/https://other.example:2088/x"; }
expect_output "control: who follows" $'x\n' follow
check "control: gives his credentials away" test "$(last other .authorization)" = "Basic $(printf '%s' "admin:$secret" | base64)"

echo "== answers that are none"
expect_fail 7 "$url answered with status 500: see its error log, and check url in [api]" panel /~500/x
expect_fail 7 "$url refused the credentials (status 401): check user and secret_file in [api]" panel /~401/x
expect_fail 7 "$url refused the credentials (status 403)" panel /~403/x
expect_fail 7 "answered with status 404" panel /nowhere
expect_fail 7 "answered with status 204" panel /~204/x
expect_fail 7 "the answer of $url was cut short: " panel /~truncated/x
expect_fail 7 "the answer of $url was cut short: " panel /~cut-chunk/x
expect_fail 7 "the answer of $url was cut short: " panel /~nothing/x
expect_fail 10 "$url did not answer within 1 s: see whether it runs" panel /~silent/x timeout=1000
expect_fail 10 "$url did not answer within 2 s" panel /~drip/x timeout=2000
expect_output "control: one that takes its time is waited for" $'x\n' fetch https://other.example:2088/~slow=1/x ca="$ca"
expect_fail 9 "$url answered with more than 1000000 bytes" panel /~endless/x max=1000000
expect_fail 9 "$url answered with more than 67108864 bytes" panel /~endless/x
expect_fail 9 "$url answered with more than 1000000 bytes" panel /~huge/x max=1000000
expect_fail 9 "$url answered with more than 262144 bytes" panel /~headers/x
expect_fail 9 "$url answered with more than 299999 bytes" panel /random max=299999
check "control: as much as is allowed" same "$tls_dir/panel.answers/random" panel /random max=300000
expect_fail 7 'cannot reach https://panel.example:1: ' fetch https://panel.example:1/ ca="$ca"
expect_fail 7 'cannot reach https://nowhere.invalid:443: ' fetch https://nowhere.invalid/ ca="$ca"
expect_fail 2 'does not begin with https://' fetch http://panel.example:2093/ user=u "password=$secret"
check "which saw nothing" test "$(count plain)" = 0

echo "== nothing that is secret is shown"
everything()
{
    local how
    for how in 500 401 302 truncated cut-chunk nothing silent drip huge headers "redirect/https://other.example/x"; do
        panel "/~$how/$secret?$secret" header="X-Key: $secret" timeout=1000 max=1000 2>&1
    done
    for how in 2088 2090 2091 2092 2093; do
        at "$how" 2>&1
    done
    true
}
expect_lacks "the secret is in no error text" "$secret" everything
expect_lacks "nor what the server's page says" "secret page" everything

echo "== environment, .netrc, proxy"
printf 'machine panel.example login netrc password %s\n' "$secret" | tee /root/.netrc /.netrc >/dev/null
chmod 644 /.netrc
expect_contains "an answer" users fetch $url/CMD_API_DOMAIN ca="$ca"
check ".netrc is not read" test "$(last panel .authorization)" = null
proxied() { env https_proxy=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9 "$@"; }
expect_contains "no proxy" users proxied "$SC_BUILD/tests/http-fetch" $url/CMD_API_DOMAIN ca="$ca"
check_not "control: curl takes it" proxied curl -s --cacert "$ca" $url/CMD_API_DOMAIN
rm /.netrc /root/.netrc

echo "== who asks"
helper=/usr/libexec/sitecage/sitecage-http
asks_as()
{
    panel /~silent/x timeout=3000 >/dev/null 2>&1 &
    local pid=
    for _ in {1..100}; do
        pid=$(pgrep -x sitecage-http) && [ "$(stat -c %U "/proc/$pid/cwd" 2>/dev/null)" ] && break
        sleep 0.05
    done
    wait_until 3 grep -q 'NoNewPrivs:.1' "/proc/$pid/status"
    grep -E '^(Uid|Groups|NoNewPrivs|CapEff|CapPrm):' "/proc/$pid/status" | tr -s ' \t' ' '
    stat -c 'dumpable %u' "/proc/$pid/mem" # root's when it is not
    if setpriv --reuid nobody --regid nogroup --clear-groups cat "/proc/$pid/fd/0" >/dev/null 2>&1; then
        echo "its request can be read"
    fi
    tr '\0' '\n' <"/proc/$pid/environ" | grep -c https_proxy
    wait
}
nobody=$(id -u nobody)
expect_output "nobody, without groups, rights and a core dump" "Uid: $nobody $nobody $nobody $nobody
Groups: 
CapPrm: 0000000000000000
CapEff: 0000000000000000
NoNewPrivs: 1
dumpable 0
0
" asks_as
as_root() { "$helper" <<<'{}'; }
expect_fail 2 "this program is not for the command line" as_root
sed -i.kept 's/^nobody:x:[0-9]*:/nobody:x:0:/' /etc/passwd # gone, it would be made up by systemd
expect_fail 4 "does not run with root's rights" as_root
expect_fail 6 "there is no user nobody" fetch $url/x ca="$ca"
mv /etc/passwd.kept /etc/passwd
mv "$helper" "$helper.away"
expect_fail 1 "cannot run $helper: No such file or directory" fetch $url/x ca="$ca"
mv "$helper.away" "$helper"

echo "== [api] of /etc/sitecage.conf"
make_user john
expect_fail 3 "no API of the panel is configured: give url, user and secret_file in [api] of /etc/sitecage.conf" fetch api /x
(umask 077 && echo "$secret" >/etc/sitecage.secret)
printf '%s\n' '[api]' "url = $url/" 'user = admin|joe' 'secret_file = /etc/sitecage.secret' "ca_file = $ca" >/etc/sitecage.conf
expect_contains "as configured" users fetch api /CMD_API_DOMAIN
check "with the secret" test "$(last panel .authorization)" = "Basic $(printf '%s' "admin|joe:$secret" | base64)"
check "the path has one slash" test "$(last panel .path)" = /CMD_API_DOMAIN
expect_fail 4 "/etc/sitecage.secret is for root alone to read" as_user john "$SC_BUILD/tests/http-fetch" api /CMD_API_DOMAIN
chmod 640 /etc/sitecage.secret
expect_fail 4 "run chmod 600 on it" fetch api /CMD_API_DOMAIN
chmod 600 /etc/sitecage.secret
chown john /etc/sitecage.secret
expect_fail 4 "/etc/sitecage.secret belongs to uid" fetch api /CMD_API_DOMAIN
chown root /etc/sitecage.secret
sed -i 's,https:,http:,' /etc/sitecage.conf
expect_fail 2 "give an address that begins with https://" fetch api /CMD_API_DOMAIN
sed -i 's,http:,https:,' /etc/sitecage.conf

# ---- the adapters, with nothing of the panel but its API ----

mkdir -p /home/john/a.example /home/john/b.example && chown john: /home/john/?.example
acct='{"domain":"a.example","docroot":"/home/john/a.example","user":"john","user_owner":"root","domain_type":"main","parent_domain":"a.example"}'
sub='{"domain":"b.example","docroot":"/home/john/b.example","user":"john","user_owner":"root","domain_type":"addon","parent_domain":"a.example"}'
tls_answer panel /json-api/get_domain_info <<<'{"metadata":{"version":1,"reason":"OK","result":1,"command":"get_domain_info"},"data":{"domains":['"$acct,$sub"']}}'
tls_answer panel /CMD_API_DOMAIN <<<'{"users":{"john":{"domains":{"a.example":{"public_html":"/home/john/a.example","private_html":"/home/john/a.example","subdomains":{}},
"b.example":{"public_html":"/home/john/b.example","private_html":"/home/john/b.example","subdomains":{}}}}}}'
vhost() { printf '<result><status>ok</status><id>%s</id><data><gen_info><name>%s</name><ascii-name>%s</ascii-name><webspace-id>1</webspace-id><htype>vrt_hst</htype></gen_info><hosting><vrt_hst><property><name>ftp_login</name><value>john</value></property><property><name>www_root</name><value>/home/john/%s</value></property></vrt_hst></hosting></data></result>' "$1" "$2" "$2" "$2"; }
tls_answer panel /enterprise/control/agent.php <<<"<?xml version=\"1.0\" encoding=\"UTF-8\"?><packet><webspace><get>$(vhost 1 a.example)</get></webspace><site><get>$(vhost 2 b.example)</get></site></packet>"

conf() { printf '%s\n' "panel = $1" '[api]' "url = ${2:-$url}" 'user = admin' 'secret_file = /etc/sitecage.secret' "ca_file = $ca" >/etc/sitecage.conf; }
mapping() { cat /run/sitecage/"$(id -u john)"/sites; }
isolated() { cagefsctl --site-isolation-list; }
in_site() { as_user john cagefs_enter_site "$1" true; }
# What of the other's files a program of the site can see.
sees() { as_user john cagefs_enter_site a.example sh -c 'ls -d /home/john/b.example/secret 2>/dev/null || echo hidden'; }
as_user john touch /home/john/b.example/secret
expect_output "control: outside a site, john sees his other site" $'/home/john/b.example/secret\n' \
    as_user john ls -d /home/john/b.example/secret

# trouble PANEL TEXT [RESULT-PATTERN]: the adapter says so, and what is isolated stays so.
trouble()
{
    local panel=$1 text=$2 result=${3:-InternalAPIError}
    answer() { "/usr/libexec/sitecage/sitecage-$panel" domains "$@" || true; }
    said() { answer "$@" | jq -r '.metadata.result + " " + .metadata.message'; }
    expect_contains "$panel, all domains: $text" "$text" said
    result_is() { answer | jq -r .metadata.result | grep -qxE "$result"; }
    check "which is $result" result_is
    expect_contains "$panel, one user: $text" "$text" said --owner john
    expect_lacks "the secret is not in it" "$secret" answer
    check_not "regenerating fails" cagefsctl --site-isolation-regenerate john
    check "the mapping is what it was" cmp -s <(mapping) "$tls_dir/mapping"
    expect_output "the site is isolated" $'hidden\n' sees
    check "and can be entered" in_site a.example
}

for panel in cpanel plesk directadmin; do
    echo "== $panel"
    case $panel in
    cpanel) mkdir -p /usr/local/cpanel ;;
    plesk) mkdir -p /usr/local/psa ;;
    directadmin) mkdir -p /usr/local/directadmin ;;
    esac
    conf $panel
    tls_behave panel
    domains() { "/usr/libexec/sitecage/sitecage-$panel" domains "$@" | jq -cS '.data | keys'; }
    expect_output "all domains, by the API" $'["a.example","b.example"]\n' domains
    expect_output "one user's" $'["a.example","b.example"]\n' domains --owner john
    check "allow-all" cagefsctl --site-isolation-allow-all
    check "a.example is isolated" cagefsctl --site-isolation-enable a.example
    expect_output "b's files are not seen" $'hidden\n' sees
    mapping >"$tls_dir/mapping"
    check "control: regenerating works" cagefsctl --site-isolation-regenerate john

    tls_behave panel 500
    trouble $panel "$url answered with status 500"
    tls_behave panel 401
    trouble $panel "$url refused the credentials (status 401)"
    tls_behave panel "redirect=https://other.example:2088/x"
    tls_forget other
    trouble $panel "$url wants to redirect to the host other.example"
    check "which saw nothing" test "$(count other)" = 0
    tls_behave panel truncated
    trouble $panel "the answer of $url was cut short"
    conf $panel https://panel.example:2090
    trouble $panel "the certificate of https://panel.example:2090 is not valid for that host"
    conf $panel
    chmod 644 /etc/sitecage.secret
    trouble $panel "run chmod 600 on it" 'InternalAPIError|PermissionDenied'
    chmod 600 /etc/sitecage.secret
    tls_behave panel
    check "well again: regenerating works" cagefsctl --site-isolation-regenerate john
    check "and isolation can end" cagefsctl --site-isolation-disable a.example
    rm -rf /usr/local/cpanel /usr/local/psa /usr/local/directadmin
done

finish
