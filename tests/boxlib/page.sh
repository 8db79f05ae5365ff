# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Panels that host the page, and people in front of it. Source it after lib.sh; tests/page/fetch has the browser.

page_port=8090
page_url=http://127.0.0.1:$page_port

# page_cpanel_install: what cPanel has where the page goes: the theme, WHM's folder, and the programs for the menus.
page_cpanel_install()
{
    local c=/usr/local/cpanel
    mkdir -p $c/{bin,scripts,base/frontend/jupiter/dynamicui,whostmgr/docroot/cgi} /var/cpanel/apps &&
        cat >$c/scripts/install_plugin <<'SH' &&
#!/bin/sh
[ "$2" = --theme=jupiter ] && grep -q '"uri": "sitecage/index.live.cgi"' "$1/install.json" || exit 1
cp "$1/install.json" /usr/local/cpanel/base/frontend/jupiter/dynamicui/dynamicui_sitecage.conf
echo "$0" >>/tmp/panel-calls
SH
        cat >$c/scripts/uninstall_plugin <<'SH' &&
#!/bin/sh
rm /usr/local/cpanel/base/frontend/jupiter/dynamicui/dynamicui_sitecage.conf
SH
        cat >$c/bin/register_appconfig <<'SH' &&
#!/bin/sh
grep -q '^url=/cgi/sitecage/index.cgi$' "$1" && cp "$1" /var/cpanel/apps/
echo "$0" >>/tmp/panel-calls
SH
        cat >$c/bin/unregister_appconfig <<'SH' &&
#!/bin/sh
rm "/var/cpanel/apps/${1##*/}"
SH
        chmod 755 $c/scripts/*install_plugin $c/bin/*register_appconfig
}

# page_serve KIND: the panel's stand-in (tests/page/panel.py); returns when it answers.
page_serve()
{
    python3 "$SC_SOURCE/tests/page/panel.py" "$1" $page_port >/tmp/panel.log 2>&1 &
    wait_until 20 page_answers || cat /tmp/panel.log >&2
}

page_answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' $page_url/)" = 401 ]; }

# person USER STEP...: what a person does on the page (tests/page/owner.py).
person() { timeout 120 python3 "$SC_SOURCE/tests/page/owner.py" $page_url "$@"; }

# page_login USER: a session by curl; its cookie is in /tmp/cookie.USER, the page's address is printed.
page_login()
{
    curl -s -c "/tmp/cookie.$1" -o /dev/null -w '%{redirect_url}' "$page_url/login?user=$1&password=pw-$1"
}

# page_token USER ADDRESS: the token in the page of that session.
page_token()
{
    curl -s -b "/tmp/cookie.$1" "$2" | sed -n 's/.*data-token="\([^"]*\)".*/\1/p'
}

# page_ask USER ADDRESS TOKEN DOCUMENT [CURL-OPTION...]: a request as the page makes them; prints the answer.
page_ask()
{
    curl -s -b "/tmp/cookie.$1" -H "X-Sitecage-Token: $3" -H 'Content-Type: application/json' --data-binary "$4" "${@:5}" "$2"
}
