/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of a web server's configuration. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/web/vhosts.h"

static char root[64];

static int make(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sc_vhosts_XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", root);
    return system(rm);
}

static void put(const char *path, const char *text)
{
    char full[512], dir[512];
    snprintf(full, sizeof(full), "%s%s", root, path);
    snprintf(dir, sizeof(dir), "%s", full);
    *strrchr(dir, '/') = 0;
    assert_int_equal(sc_mkdir_p(dir, 0755, NULL), 0);
    assert_int_equal(sc_replace_file(full, 0644, text, strlen(text), NULL), 0);
}

static const struct sc_vhost *find(const struct sc_vhosts *v, const char *name)
{
    for (size_t i = 0; i < v->n; i++)
        for (size_t k = 0; k < v->v[i].n_names; k++)
            if (strcmp(v->v[i].names[k], name) == 0)
                return &v->v[i];
    return NULL;
}

static void load(struct sc_vhosts *v)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_vhosts_load(root, v, &err) < 0)
        fail_msg("%s", err.text);
}

#define VHOSTS SC_CLEANUP(sc_vhosts_done) struct sc_vhosts

static void apache(void **state)
{
    (void)state;
    put("/etc/apache2/apache2.conf",
        "Define RUN /run/php\nIncludeOptional sites-enabled/*.conf\nInclude conf.d\n"
        "<IfDefine NOT_THERE>\n<VirtualHost *:80>\nServerName ghost.example\n</VirtualHost>\n"
        "</IfDefine>\n<IfModule !mod_x.c>\n  <IfModule y>\n  lsapi_per_user On\n  </IfModule>\n"
        "</IfModule>\n");
    put("/etc/apache2/sites-enabled/a.conf",
        "<VirtualHost 127.0.0.1:80>\n"
        "  servername HTTP://a.example:8080\n  ServerAlias www.a.example \\\n   b.example\n"
        "  DocumentRoot \"/home/john/a b/\"\n  SuexecUserGroup john john\n"
        "  <FilesMatch \\.php$>\n    SetHandler \"proxy:unix:${RUN}/a.sock|fcgi://localhost/\"\n"
        "  </FilesMatch>\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName c.example\nDocumentRoot /home/john/c\n"
        "ProxyPassMatch ^/(.*\\.php)$ fcgi://127.0.0.1:9001/home/john/c/$1\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName d.example\nDocumentRoot /home/john/d\n"
        "FcgidWrapper /home/john/cgi-bin/php .php\nAddHandler fcgid-script .php\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName e.example\nDocumentRoot /home/john/e\n"
        "Action php-cgi /cgi-sys/php\n# lsapi_per_user On\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName f.example\nDocumentRoot /home/john/f\n</VirtualHost>\n");
    put("/etc/apache2/conf.d/sub/x.conf", "<Directory /home/john/f>\nAddHandler "
                                          "application/x-httpd-lsphp .php\n</Directory>\n");
    VHOSTS v = {0};
    load(&v);
    assert_true(v.apache);
    assert_false(v.nginx);
    assert_null(v.per_user_at);
    assert_int_equal(v.n, 5);
    const struct sc_vhost *h = find(&v, "a.example");
    assert_non_null(h);
    assert_ptr_equal(h, find(&v, "www.a.example"));
    assert_ptr_equal(h, find(&v, "b.example"));
    assert_string_equal(h->docroot, "/home/john/a b");
    assert_string_equal(h->file, "/etc/apache2/sites-enabled/a.conf");
    assert_int_equal(h->line, 1);
    assert_true(h->suexec);
    assert_int_equal(h->handlers, SC_HANDLER_FPM);
    assert_int_equal(h->n_listens, 1);
    assert_string_equal(h->listens[0], "/run/php/a.sock");
    h = find(&v, "c.example");
    assert_int_equal(h->handlers, SC_HANDLER_FPM);
    assert_string_equal(h->listens[0], "127.0.0.1:9001");
    assert_int_equal(h->line, 11);
    assert_int_equal(find(&v, "d.example")->handlers, SC_HANDLER_FCGID);
    assert_int_equal(find(&v, "e.example")->handlers, SC_HANDLER_CGI);
    assert_int_equal(find(&v, "f.example")->handlers, SC_HANDLER_LSAPI);
    assert_true(find(&v, "f.example")->own_handlers);
    assert_string_equal(sc_handler_name(SC_HANDLER_FPM | SC_HANDLER_CGI), "FPM");
    assert_string_equal(sc_handler_name(0), "none");
}

static void of_the_whole_server(void **state)
{
    (void)state;
    put("/etc/httpd/conf/httpd.conf",
        "ServerRoot \"/etc/httpd\"\n<VirtualHost *:80>\nServerName a\nDocumentRoot /a\n"
        "</VirtualHost>\n<VirtualHost *:80>\nServerName b\nDocumentRoot /b\nSetHandler "
        "proxy:unix:/b.sock|fcgi://x\n</VirtualHost>\nInclude conf.d/*.conf\n");
    put("/etc/httpd/conf.d/php.conf",
        "<FilesMatch php>\nSetHandler \"proxy:unix:/run/www.sock|fcgi://localhost\"\n"
        "</FilesMatch>\n<IfModule lsapi_module>\n\n LSAPI_per_user on\n</IfModule>\n");
    VHOSTS v = {0};
    load(&v);
    assert_string_equal(find(&v, "a")->listens[0], "/run/www.sock");
    assert_false(find(&v, "a")->own_handlers);
    assert_int_equal(find(&v, "b")->n_listens, 1);
    assert_string_equal(find(&v, "b")->listens[0], "/b.sock");
    assert_string_equal(v.per_user_at, "/etc/httpd/conf.d/php.conf:6");
}

static void nginx(void **state)
{
    (void)state;
    put("/etc/nginx/nginx.conf",
        "events { worker_connections 1; }\nhttp {\n upstream php_b { server unix:/run/b.sock "
        "weight=1; }\n include sites/*;\n}\n");
    put("/etc/nginx/sites/a",
        "server { listen 80; server_name a.example www.a.example; # x { ; }\n"
        "  location ~ \\.php$ { root /elsewhere; fastcgi_pass unix:/run/a.sock; }\n"
        "  root \"/home/john/a/\"; set $x \"${y};{\"; }\n"
        "server {\n server_name b.example;\n root /home/john/b;\n"
        " location / { if ($x ~ \"a{1,2}\") { return 403; } }\n"
        " location ~ \\.php$ { fastcgi_pass php_b; } }\n"
        "server { server_name c.example; root /home/john/c; }\n");
    VHOSTS v = {0};
    load(&v);
    assert_true(v.nginx);
    assert_false(v.apache);
    assert_int_equal(v.n, 3);
    const struct sc_vhost *h = find(&v, "www.a.example");
    assert_non_null(h);
    assert_string_equal(h->docroot, "/home/john/a");
    assert_int_equal(h->n_listens, 1);
    assert_string_equal(h->listens[0], "/run/a.sock");
    assert_true(h->nginx);
    h = find(&v, "b.example");
    assert_string_equal(h->docroot, "/home/john/b");
    assert_string_equal(h->listens[0], "/run/b.sock");
    assert_int_equal(h->line, 4);
    assert_int_equal(find(&v, "c.example")->handlers, 0);
}

/* mod_macro, sections of modules that are not loaded, workers, balancers, aliases, patterns. */
static void apache_forms(void **state)
{
    (void)state;
    put("/etc/apache2/apache2.conf",
        "LoadModule macro_module modules/mod_macro.so\nLoadModule php7_module m\n"
        "Alias /tools /srv/tools\nScriptAlias /bin/ /usr/lib/bin/\n"
        "<Macro VHost $name $dir>\n  <VirtualHost *:80>\n  ServerName $name\n"
        "  DocumentRoot \"$dir\"\n  SetHandler proxy:unix:/run/$name.sock|fcgi://x\n"
        "  </VirtualHost>\n</Macro>\n"
        "Use VHost m.example /home/john/m\nUse vhost n.example /home/john/n\nUse VHost few\n"
        "<Proxy \"unix:/run/named.sock|fcgi://php-john\">\nProxySet timeout=9\n</Proxy>\n"
        "<Proxy balancer://pool>\nBalancerMember unix:///run/one.sock|fcgi://one\n"
        "BalancerMember fcgi://127.0.0.1:9009\n</Proxy>\n"
        "<VirtualHost *:80>\nServerName w.example\nDocumentRoot /home/john/w\n"
        "Alias /x /home/john/x/\nSetHandler \"proxy:fcgi://php-john\"\n"
        "SetEnv PHPRC /home/john/etc\nSetEnv OTHER /home/john/other\nlsapi_phprc auto\n"
        "SetEnvIf Host ^w A=1 PHP_INI_SCAN_DIR=:/srv/ini\n</VirtualHost>\n"
        "<Directory /home/john/w>\nFcgidInitialEnv PHPRC /home/john/etc\nlsapi_phprc "
        "/home/john/ls\n</Directory>\nSetEnv PHPRC /etc/all.ini\n"
        "<VirtualHost *:80>\nServerName b.example\nVirtualDocumentRoot /home/%1/www\n"
        "ProxyPassMatch ^/(.*\\.php)$ balancer://pool/home/john/b/$1\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName i.example\n<IfModule !mod_ruid2.c>\n"
        "SuexecUserGroup john john\n</IfModule>\n<IfModule mod_fcgid.c>\nSetHandler fcgid-script\n"
        "</IfModule>\n<IfModule php7_module>\n<IfModule mod_macro.c>\nAddType "
        "application/x-httpd-php .php\n</IfModule>\n</IfModule>\n</VirtualHost>\n");
    VHOSTS v = {0};
    load(&v);
    assert_int_equal(v.n, 5);
    assert_true(sc_vhosts_has_module(&v, "mod_macro.c"));
    assert_true(sc_vhosts_has_module(&v, "macro_module"));
    assert_false(sc_vhosts_has_module(&v, "mod_ruid2.c"));
    assert_int_equal(v.n_shared, 2); /* but those in hosts */
    assert_string_equal(v.shared[0], "/srv/tools");
    const struct sc_vhost *h = find(&v, "n.example");
    assert_non_null(h);
    assert_string_equal(h->docroot, "/home/john/n");
    assert_string_equal(h->listens[0], "/run/n.example.sock");
    assert_int_equal(h->line, 13);
    assert_int_equal(h->ways.v[0].line, 13);
    assert_string_equal(find(&v, "m.example")->docroot, "/home/john/m");
    h = find(&v, "w.example");
    assert_int_equal(h->n_php_env, 4);
    assert_string_equal(h->php_env[0], "PHPRC=/home/john/etc");
    assert_string_equal(h->php_env[1], "PHP_INI_SCAN_DIR=:/srv/ini");
    assert_string_equal(h->php_env[2], "PHPRC=/home/john/ls");
    assert_string_equal(h->php_env[3], "PHPRC=/etc/all.ini");
    assert_int_equal(find(&v, "n.example")->n_php_env, 1);
    assert_int_equal(h->n_listens, 1);
    assert_string_equal(h->listens[0], "/run/named.sock");
    assert_int_equal(h->n_roots, 2);
    assert_string_equal(h->roots[1].text, "/home/john/x");
    assert_true(h->roots[1].alias);
    h = find(&v, "b.example");
    assert_string_equal(h->pattern, "/home/%1/www");
    assert_int_equal(h->n_listens, 2);
    assert_string_equal(h->listens[0], "/run/one.sock");
    assert_string_equal(h->listens[1], "127.0.0.1:9009");
    h = find(&v, "i.example");
    assert_true(h->suexec);
    assert_int_equal(h->handlers, SC_HANDLER_MODULE);
}

static void nginx_forms(void **state)
{
    (void)state;
    put("/etc/nginx/nginx.conf",
        "http {\n map $host $of { default unix:/run/d.sock; a.example unix:/run/m.sock; }\n"
        "server { server_name a.example; root /home/john/a; set $php \"unix:///run/a.sock\";\n"
        "  location ~ \\.php$ { fastcgi_pass $php; } location /x { alias /home/john/x/; } }\n"
        "server { server_name b.example; root /home/john/b; set $php unix:/run/b.sock;\n"
        "  location ~ \\.php$ { fastcgi_pass ${php}; } }\n"
        "server { server_name c.example; root /home/$host/www; location / { fastcgi_pass $of; } }\n"
        "server { server_name d.example; set $base /srv/d; root $base; location / { fastcgi_pass "
        "unix:/run/$host.sock; } }\n"
        "server { server_name e.example; location / { root /home/john/e; fastcgi_pass "
        "\"unix:///var/www/e/php-fpm.sock\"; uwsgi_pass 127.0.0.1:3; } }\n"
        "upstream app { server 127.0.0.1:31; }\n"
        "server { server_name f.example; location / { scgi_pass APP; } } }\n");
    VHOSTS v = {0};
    load(&v);
    const struct sc_vhost *h = find(&v, "a.example");
    assert_int_equal(h->n_listens, 1);
    assert_string_equal(h->listens[0], "/run/a.sock");
    assert_string_equal(h->roots[1].text, "/home/john/x");
    h = find(&v, "b.example");
    assert_int_equal(h->n_listens, 1);
    assert_string_equal(h->listens[0], "/run/b.sock");
    h = find(&v, "c.example");
    assert_string_equal(h->pattern, "/home/$host/www");
    assert_int_equal(h->n_listens, 2);
    assert_string_equal(h->listens[0], "/run/d.sock");
    assert_string_equal(h->listens[1], "/run/m.sock");
    h = find(&v, "d.example");
    assert_string_equal(h->docroot, "/srv/d");
    assert_int_equal(h->n_listens, 0);
    assert_int_equal(h->ways.n, 1);
    assert_string_equal(h->ways.v[0].address, "");
    assert_string_equal(h->ways.v[0].what, "unix:/run/$host.sock");
    h = find(&v, "e.example");
    assert_string_equal(h->docroot, "/home/john/e");
    assert_string_equal(h->listens[0], "/var/www/e/php-fpm.sock");
    assert_int_equal(h->n_listens, 1);
    assert_int_equal(h->ways.v[1].handler, SC_HANDLER_OTHER);
    assert_string_equal(h->ways.v[1].address, "127.0.0.1:3");
    h = find(&v, "f.example");
    assert_int_equal(h->n_listens, 0);
    assert_string_equal(h->ways.v[0].address, "127.0.0.1:31");
}

/* Addresses and roots that variables make, wherever these are set; capitals; several of one upstream. */
static void nginx_variables(void **state)
{
    (void)state;
    put("/etc/nginx/nginx.conf",
        "user web other;\nhttp {\n"
        "split_clients $remote_addr $half { 50% UNIX:/run/one:1.sock; * unix:/run/two.sock; }\n"
        "geo $remote_addr $near { default unix:/run/far.sock; 10.0.0.0/8 unix:/run/near.sock; }\n"
        "map $host $site { default \"\"; a.example /home/john/a; b.example /home/mary/b; }\n"
        "server { server_name a.example b.example; root $site; fastcgi_pass $half; }\n"
        "server { server_name c.example; root /home/john/c; location ~ php { fastcgi_pass $php; }\n"
        "  set $php unix:/run/c.sock; if ($x) { set $php unix:/run/d.sock; } }\n"
        "server { server_name d.example; root $top; set $php unix:/run/e.sock; fastcgi_pass $near; "
        "}\n"
        "server { server_name e.example; set $top /srv/e; if ($x) { set $top /srv/$x; } root "
        "$top;\n"
        "  fastcgi_pass Php; }\n"
        "upstream pHP { server unix:/run/f.sock; server unix:/run/g.sock backup; } }\n");
    VHOSTS v = {0};
    load(&v);
    assert_string_equal(v.nginx_user, "web");
    const struct sc_vhost *h = find(&v, "a.example");
    assert_int_equal(h->n_listens, 2);
    assert_string_equal(h->listens[0], "/run/one:1.sock");
    assert_string_equal(h->listens[1], "/run/two.sock");
    assert_null(h->pattern);
    assert_int_equal(h->n_roots, 2);
    assert_string_equal(h->roots[0].text, "/home/john/a");
    assert_string_equal(h->roots[1].text, "/home/mary/b");
    assert_true(h->roots[0].links && h->roots[1].links);
    h = find(&v, "c.example");
    assert_int_equal(h->n_listens, 2);
    assert_string_equal(h->listens[0], "/run/c.sock");
    assert_string_equal(h->listens[1], "/run/d.sock");
    h = find(&v, "d.example");
    assert_string_equal(h->pattern, "$top");
    assert_int_equal(h->n_listens, 2);
    h = find(&v, "e.example");
    assert_string_equal(h->pattern, "/srv/$x");
    assert_string_equal(h->roots[0].text, "/srv/e");
    assert_int_equal(h->n_listens, 2);
    assert_string_equal(h->listens[0], "/run/f.sock");
    assert_string_equal(h->listens[1], "/run/g.sock");
}

/* Roots made of what several lines say, before or behind them; which of them run code. */
static void nginx_roots(void **state)
{
    (void)state;
    put("/etc/nginx/nginx.conf",
        "http {\n"
        "server { server_name a.example; root ${top}/pub; set $top $base/a; set $base /home/john; "
        "}\n"
        "server { server_name b.example; set $base /home/mary; root $base/$name; }\n"
        "map $host $name { default b; }\n"
        "server { server_name c.example; set $base /srv/$host; root $base/web; }\n"
        "server { server_name d.example; set $x $x/y; root /srv/$x; }\n"
        "server { server_name e.example; root /home/john/e; fastcgi_pass unix:/run/e.sock;\n"
        "  location /all { alias /home/john/; location ~ php { fastcgi_pass unix:/run/e.sock; } }\n"
        "  location /files { alias /home/mary/; } }\n"
        "server { server_name f.example; location / { set $top /home/john/f; root $top; } } }\n");
    VHOSTS v = {0};
    load(&v);
    const struct sc_vhost *h = find(&v, "a.example");
    assert_string_equal(h->docroot, "/home/john/a/pub");
    assert_null(h->pattern);
    assert_int_equal(h->n_roots, 1);
    assert_string_equal(find(&v, "b.example")->docroot, "/home/mary/b");
    assert_string_equal(find(&v, "c.example")->pattern, "/srv/$host/web");
    h = find(&v, "d.example");
    assert_non_null(h->pattern);
    assert_null(h->docroot);
    h = find(&v, "e.example");
    assert_int_equal(h->n_roots, 3);
    assert_true(h->roots[0].runs && h->roots[1].runs && !h->roots[2].runs);
    h = find(&v, "f.example");
    assert_string_equal(h->docroot, "/home/john/f");
    assert_false(h->roots[0].alias);
}

static void nonsense(void **state)
{
    (void)state;
    put("/etc/apache2/apache2.conf", "<\n</\n<>\n</VirtualHost>\n<VirtualHost\nDocumentRoot\n"
                                     "Include apache2.conf\nSetHandler \"\n\\\n${\n"
                                     "Include /\n<Directory>\nDefine\n<IfModule>\n<Macro x>\n");
    put("/etc/nginx/nginx.conf", "}}}; server { { { ; include nginx.conf; root \"");
    VHOSTS v = {0};
    load(&v);
    assert_true(v.apache);
    assert_true(v.nginx);
}

static void nothing(void **state)
{
    (void)state;
    VHOSTS v = {0};
    load(&v);
    assert_int_equal(v.n, 0);
    assert_false(v.apache || v.nginx);
}

/* ---- whether it has to be read again ---- */

static void put_all(void)
{
    put("/etc/apache2/apache2.conf", "IncludeOptional sites/*.conf\nInclude dir\n"
                                     "<IfFile /etc/flag>\nDefine FLAG\n</IfFile>\n");
    put("/etc/apache2/sites/a.conf", "<VirtualHost *>\nServerName a.example\n</VirtualHost>\n");
    put("/etc/apache2/sites/skipped.txt", "");
    put("/etc/apache2/dir/b.conf", "");
    put("/elsewhere/c.conf", "");
}

static void changed(const char *path)
{
    put(path, "# another\n");
}

static void removed(const char *path)
{
    char full[512];
    snprintf(full, sizeof(full), "%s%s", root, path);
    assert_int_equal(unlink(full), 0);
}

static const struct {
    void (*change)(const char *path);
    const char *path;
    bool same;
} changes[] = {{changed, "/etc/apache2/apache2.conf", false},
               {changed, "/etc/apache2/sites/a.conf", false},
               {changed, "/etc/apache2/sites/new.conf", false},
               {changed, "/etc/apache2/dir/new", false},
               {changed, "/etc/flag", false},
               {changed, "/etc/nginx/nginx.conf", false},
               {removed, "/etc/apache2/sites/a.conf", false},
               {removed, "/etc/apache2/dir/b.conf", false},
               {changed, "/elsewhere/c.conf", true}};

static void read_again_when_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        VHOSTS v = {0};
        make(state);
        put_all();
        sc_sleep_ms(1100); /* core/base/stamp.h: what was just changed is read again anyway */
        load(&v);
        assert_non_null(find(&v, "a.example"));
        assert_true(sc_vhosts_same(&v));
        changes[i].change(changes[i].path);
        assert_int_equal(sc_vhosts_same(&v), changes[i].same);
        drop(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(apache, make, drop),
        cmocka_unit_test_setup_teardown(of_the_whole_server, make, drop),
        cmocka_unit_test_setup_teardown(nginx, make, drop),
        cmocka_unit_test_setup_teardown(apache_forms, make, drop),
        cmocka_unit_test_setup_teardown(nginx_forms, make, drop),
        cmocka_unit_test_setup_teardown(nginx_variables, make, drop),
        cmocka_unit_test_setup_teardown(nginx_roots, make, drop),
        cmocka_unit_test_setup_teardown(nonsense, make, drop),
        cmocka_unit_test_setup_teardown(nothing, make, drop),
        cmocka_unit_test(read_again_when_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
