# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Virtualmin in the box, either of two: the panel's own scripts (tests/panels/virtualmin), or virtualmin_panel, which
# writes files of the same shape. Source it after lib.sh, fpm.sh and day.sh.
#
#   virtualmin_base               folders and configuration; systemctl for the panel's scripts
#   virtualmin_stand_in           the command virtualmin is virtualmin_panel
#   virtualmin_day                the checks
# shellcheck disable=SC2154 # fpm_main: fpm.sh

virtualmin_etc=/etc/webmin/virtual-server
virtualmin_generic=/usr/libexec/sitecage/sitecage-generic

virtualmin_base()
{
    mkdir -p $virtualmin_etc/domains $virtualmin_etc/plans /var/log/virtualmin
    chmod 700 $virtualmin_etc $virtualmin_etc/domains
    cat >/usr/local/bin/systemctl <<SYSTEMCTL
#!/bin/sh
case "\$2" in
apache2) [ ! -e /run/apache2/apache2.pid ] || apache2ctl graceful ;;
nginx) [ ! -s /run/nginx.pid ] || nginx -s reload ;;
php*-fpm) pid=\$(pgrep -o -f '^php-fpm: master process \($fpm_main\)') && kill -USR2 "\$pid" ;;
esac
SYSTEMCTL
    chmod 755 /usr/local/bin/systemctl
}

virtualmin_stand_in()
{
    printf 'mysql_pass=secret\npost_command=/root/own.sh\nquotas=1\n' >$virtualmin_etc/config
    chmod 600 $virtualmin_etc/config
    printf '#!/bin/sh\necho "$VIRTUALSERVER_ACTION $VIRTUALSERVER_DOM" >>/root/own.log\n' >/root/own.sh
    chmod 755 /root/own.sh
    cp "$SC_SOURCE/tests/boxlib/virtualmin_panel" /usr/sbin/virtualmin && chmod 755 /usr/sbin/virtualmin
}

vm()
{
    virtualmin "$@" >"$checks_dir/virtualmin.out" 2>&1 </dev/null || {
        cat "$checks_dir/virtualmin.out" >&2
        return 1
    }
}

vm_create() { vm create-domain --pass Zu7-geheim-9 --unix --dir --web "$@"; }
vm_sub() { vm create-domain --dir --web "$@"; }

# The panel's changes, one after the other, while a.example is isolated.
virtualmin_day()
{
    local H=/home/alice/domains uid
    echo "127.0.0.1 alice.example a.example www.a.example b.example c.example alias.example new.example" >>/etc/hosts
    echo "== an account with sub-servers"
    check "create-domain, with its account" vm_create --domain alice.example --user alice
    check "create-domain, a sub-server" vm_sub --domain a.example --parent alice.example
    check "another" vm_sub --domain b.example --parent alice.example
    day_files alice /home/alice/public_html alice.example
    day_files alice $H/a.example/public_html a.example
    day_files alice $H/b.example/public_html b.example
    expect_contains "panel_info" '"name":"Virtualmin"' sh -c "$virtualmin_generic panel_info | jq -c ."
    expect_output "domains" "a.example alice $H/a.example/public_html $H/a.example false
alice.example alice /home/alice/public_html null true
b.example alice $H/b.example/public_html $H/b.example false
" sh -c "$virtualmin_generic domains --owner alice | jq -r '.data | to_entries[] | \"\\(.key) \\(.value.owner) \\(.value.document_root) \\(.value.site_directory) \\(.value.is_main)\"'"
    check "users" sh -c "$virtualmin_generic users --username alice | jq -e '.data[0].domain == \"alice.example\"'"
    check "a serves" wait_until 10 serves a.example a.example
    check "the top-level server, too" wait_until 10 serves alice.example alice.example
    echo private | put_file alice $H/b.example/key 644
    check "control: a reads b's file" reads a.example $H/b.example/public_html/secret.txt
    check "control: a reads what is beside b's document root" reads a.example $H/b.example/key
    check "control: a reads the top-level server's" reads a.example /home/alice/public_html/secret.txt

    echo "== the command after changes"
    check "register" $virtualmin_generic register
    cp -p $virtualmin_etc/config /root/config.registered
    check "again" $virtualmin_generic register
    check "changes nothing" cmp $virtualmin_etc/config /root/config.registered
    expect_contains "status" "is in the command" $virtualmin_generic status

    echo "== isolated"
    cagefsctl --site-isolation-allow-all >/dev/null
    check "enable a" cagefsctl --site-isolation-enable a.example
    check "a serves" serves a.example a.example
    check "under its other name, too" serves www.a.example a.example
    check "a reads b's file no more" reads_not a.example $H/b.example/public_html/secret.txt
    check "nor what is beside it" reads_not a.example $H/b.example/key
    check "nor the top-level server's" reads_not a.example /home/alice/public_html/secret.txt
    check "what is beside its own document root is its own" sh -c "echo mine >$H/a.example/key; chown alice $H/a.example/key"
    check "and readable" reads a.example $H/a.example/key
    check "control: b reads a's" reads b.example $H/a.example/public_html/secret.txt
    check "the check is content" cagefsctl --site-isolation-check a.example

    echo "== a server that is added"
    check "create-domain c" vm_sub --domain c.example --parent alice.example
    day_files alice $H/c.example/public_html c.example
    check "is closed to a" soon reads_not a.example $H/c.example/public_html/secret.txt
    check "control: b reads it" wait_until 10 reads b.example $H/c.example/public_html/secret.txt
    check "a serves" serves a.example a.example

    echo "== an alias"
    check "create-domain --alias" vm create-domain --domain alias.example --parent alice.example --alias a.example --web --dir
    check "serves in a's cage" wait_until 10 serves alias.example a.example
    check "reads nothing of b" soon reads_not alias.example $H/b.example/public_html/secret.txt

    echo "== a document root that moves"
    day_files alice $H/a.example/public_html/current a2
    check "modify-web --document-dir" vm modify-web --domain a.example --document-dir public_html/current
    check "a serves from there" wait_until 10 serves a.example a2
    check "is isolated there" soon reads_not a.example $H/b.example/public_html/secret.txt
    check "is listed" soon listed alice a.example
    check "back" vm modify-web --domain a.example --document-dir public_html
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $H/b.example/public_html/secret.txt

    echo "== suspended"
    check "disable-domain a" vm disable-domain --domain a.example
    check_not "it does not serve" serves a.example a.example
    check "it stays isolated" listed alice a.example
    check "enable-domain a" vm enable-domain --domain a.example
    check "it serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $H/b.example/public_html/secret.txt

    echo "== a server that gets another name"
    check "modify-domain --newdomain" vm modify-domain --domain a.example --newdomain new.example
    check "it serves" wait_until 10 serves new.example a.example
    check "isolation goes along" soon listed alice new.example
    check "isolated" soon reads_not new.example $H/b.example/public_html/secret.txt
    check_not "the old name is not listed" listed alice a.example

    echo "== an account that gets another name"
    check "modify-domain --user" vm modify-domain --domain alice.example --user anna
    check "it serves" wait_until 20 serves new.example a.example
    check "isolation goes along" soon listed anna new.example
    check "isolated" soon reads_not new.example $H/b.example/public_html/secret.txt
    check "control: b reads" wait_until 10 reads b.example $H/c.example/public_html/secret.txt

    echo "== servers and an account that are deleted"
    check "delete-domain c" vm delete-domain --domain c.example
    check "it serves" wait_until 10 serves new.example a.example
    check "isolated" reads_not new.example $H/b.example/public_html/secret.txt
    uid=$(id -u anna)
    check "control: its state is there" test -s "/run/sitecage/$uid/sites"
    check "delete-domain, with its account" vm delete-domain --domain alice.example
    check "nothing of its state is left" wait_until 30 test ! -e "/run/sitecage/$uid/sites"
}
