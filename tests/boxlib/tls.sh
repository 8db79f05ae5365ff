# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Panels' APIs for box tests: certificates, and servers that answer or misbehave (boxlib/tls-server.py).
# Source it after lib.sh.
#
#   tls_ca NAME                        a certificate authority: $tls_dir/NAME.pem
#   tls_cert NAME CA HOST [OPTION...]  $tls_dir/NAME.pem, signed by CA ("self": by itself), for HOST;
#                                      OPTION... of `openssl x509`, such as -days N
#   tls_start NAME PORT CERT|-         a server on 127.0.0.1, "-": plain http; returns when it listens
#   tls_answer NAME PATH <content      what it answers to PATH (without the query)
#   tls_behave NAME [WORD]             how all its answers come from now on; none: well again
#   tls_requests NAME                  what it was asked: a JSON object a line
#   tls_forget NAME                    forgets what it was asked
#   tls_stop NAME
#   tls_host HOST                      the name resolves to 127.0.0.1 in the box

tls_dir=/run/tls-test
mkdir -p "$tls_dir"
chmod 755 "$tls_dir"

tls_host()
{
    grep -qw -- "$1" /etc/hosts || echo "127.0.0.1 $1" >>/etc/hosts
}

tls_ca()
{
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 30 -subj "/CN=$1" -keyout "$tls_dir/$1.key" \
        -out "$tls_dir/$1.pem" -addext "basicConstraints=critical,CA:TRUE" 2>/dev/null &&
        chmod 644 "$tls_dir/$1.pem"
}

tls_cert()
{
    local name=$1 ca=$2 host=$3
    shift 3
    local sign=(-CA "$tls_dir/$ca.pem" -CAkey "$tls_dir/$ca.key" -CAcreateserial)
    openssl req -new -newkey rsa:2048 -nodes -sha256 -subj "/CN=$host" -keyout "$tls_dir/$name.key" \
        -out "$tls_dir/$name.csr" 2>/dev/null || return
    [ "$ca" != self ] || sign=(-signkey "$tls_dir/$name.key")
    openssl x509 -req -in "$tls_dir/$name.csr" "${sign[@]}" -sha256 -days 30 "$@" -out "$tls_dir/$name.pem" \
        -extfile <(echo "subjectAltName=DNS:$host") 2>/dev/null &&
        chmod 644 "$tls_dir/$name.pem"
}

# One that ended yesterday.
tls_cert_expired()
{
    local name=$1 ca=$2 host=$3
    tls_cert "$name" "$ca" "$host" || return
    mkdir -p "$tls_dir/$name.ca" && : >"$tls_dir/$name.ca/index" && echo 01 >"$tls_dir/$name.ca/serial" &&
        printf '%s\n' '[ca]' 'default_ca=d' '[d]' "database=$tls_dir/$name.ca/index" \
            "serial=$tls_dir/$name.ca/serial" "new_certs_dir=$tls_dir/$name.ca" 'default_md=sha256' 'policy=p' \
            '[p]' 'commonName=supplied' '[e]' "subjectAltName=DNS:$host" >"$tls_dir/$name.conf" &&
        openssl ca -batch -notext -config "$tls_dir/$name.conf" -extensions e -in "$tls_dir/$name.csr" \
            -cert "$tls_dir/$ca.pem" -keyfile "$tls_dir/$ca.key" -out "$tls_dir/$name.pem" \
            -startdate 20200101000000Z -enddate 20200201000000Z 2>/dev/null
}

tls_listens()
{
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

tls_start()
{
    local name=$1 port=$2 cert=$3 key=-
    [ "$cert" = - ] || { key=$tls_dir/$cert.key && cert=$tls_dir/$cert.pem; }
    mkdir -p "$tls_dir/$name.answers"
    touch "$tls_dir/$name.log"
    /usr/bin/python3 "$SC_SOURCE/tests/boxlib/tls-server.py" "$port" "$cert" "$key" "$tls_dir/$name.log" \
        "$tls_dir/$name.answers" >"$tls_dir/$name.err" 2>&1 &
    echo $! >"$tls_dir/$name.pid"
    disown
    wait_until 10 tls_listens "$port" || { cat "$tls_dir/$name.err" >&2 && return 1; }
}

tls_answer()
{
    local file=${2#/}
    mkdir -p "$tls_dir/$1.answers"
    cat >"$tls_dir/$1.answers/.new" && mv "$tls_dir/$1.answers/.new" "$tls_dir/$1.answers/${file//\//_}"
}

tls_behave()
{
    mkdir -p "$tls_dir/$1.answers"
    if [ -n "${2:-}" ]; then
        printf '%s\n' "$2" >"$tls_dir/$1.answers/behave"
    else
        rm -f "$tls_dir/$1.answers/behave"
    fi
}

tls_requests()
{
    cat "$tls_dir/$1.log"
}

tls_forget()
{
    : >"$tls_dir/$1.log"
}

tls_stop()
{
    kill "$(cat "$tls_dir/$1.pid")"
}
