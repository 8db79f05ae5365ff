/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement of coverage: from configuration text to a verdict, without looking at the machine. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/coverage/coverage.h"

static char root[64];

static int make(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sc_cover_XXXXXX");
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

static const char *const own_names[] = {"a.example"}, *const own_homes[] = {"/home/john"},
                         *const own_docroots[] = {"/home/john/a", "/home/john/b"};
static const struct sc_cover_site site = {.domain = "a.example",
                                          .user = "john",
                                          .is = {.docroot = "/home/john/a",
                                                 .names = own_names,
                                                 .n_names = 1,
                                                 .docroots = own_docroots,
                                                 .n_docroots = 2,
                                                 .homes = own_homes,
                                                 .n_homes = 1}};

/* What the server is apart from its configuration; each test changes it. */
static struct sc_cover_server server;
static char htaccess[1024];
/* The pools that its hosts use. */
static struct sc_cover_use *uses;
static size_t n_uses;
static bool left_out;

/* The verdict for Apache's configuration `conf`; nginx's where it begins with "http". */
static struct sc_cover_verdict judge(const char *conf)
{
    struct sc_cover_verdict v;
    struct sc_cover_seen seen = {.uses = uses, .n_uses = n_uses, .left_out = left_out};
    SC_FREE char *own = strdup(htaccess);
    bool nginx = strncmp(conf, "http", 4) == 0;
    put("/etc/nginx/nginx.conf", nginx ? conf : "");
    put("/etc/apache2/apache2.conf", nginx ? "" : conf);
    assert_int_equal(sc_vhosts_load(root, &server.hosts, NULL), 0);
    assert_int_equal(
        sc_vhosts_htaccess(&server.hosts, "/home/john/a/.htaccess", own, &seen.own, NULL), 0);
    sc_cover_judge(&server, &site, &seen, &v);
    sc_ways_done(&seen.own);
    sc_vhosts_done(&server.hosts);
    return v;
}

static void covered(const char *conf)
{
    struct sc_cover_verdict v = judge(conf);
    if (v.is != SC_COVERAGE_COVERED)
        fail_msg("%s: %s", conf, v.text);
}

static void not_covered(const char *conf, const char *why)
{
    struct sc_cover_verdict v = judge(conf);
    if (v.is != SC_COVERAGE_NOT || !strstr(v.text, why))
        fail_msg("%s: %d %s", conf, v.is, v.text);
}

#define HOST(rest)                                                                                 \
    "<VirtualHost *:80>\nServerName a.example\nDocumentRoot /home/john/a\n" rest "</"              \
    "VirtualHost>\n"
#define AT(line) "/etc/apache2/apache2.conf:" line
#define SUEXEC   "SuexecUserGroup john john\n"

static int plain(void **state)
{
    server = (struct sc_cover_server){.front = {.here = true, .in_front = true, .armed = true}};
    htaccess[0] = 0;
    n_uses = 0;
    left_out = false;
    return make(state);
}

static void hosts(void **state)
{
    (void)state;
    covered(HOST(""));
    struct sc_cover_verdict v = judge("Listen 80\n");
    assert_int_equal(v.is, SC_COVERAGE_UNVERIFIED);
    assert_string_equal(v.text, "no virtual host of Apache or nginx has this name or the document "
                                "root /home/john/a");
    not_covered("<VirtualHost *:80>\nServerName a.example\nDocumentRoot /home/john/a/..\n"
                "SetHandler fcgid-script\n" SUEXEC "</VirtualHost>\n",
                "the virtual host at " AT("1") " has the name a.example and serves");
    /* another one of the same name, elsewhere: a default page is nothing, a directory of the home is */
    covered(HOST("") "<VirtualHost *:81>\nServerName a.example\nDocumentRoot /var/www\n"
                     "Action php /x\n</VirtualHost>\n");
    not_covered(
        HOST("") "<VirtualHost *:81>\nServerName a.example\nDocumentRoot /home/john/private\n"
                 "Action php /x\n</VirtualHost>\n",
        "serves /home/john/private, not /home/john/a");
}

static void programs(void **state)
{
    (void)state;
    covered(HOST("AddHandler cgi-script .php\n" SUEXEC));
    covered("LoadModule suexec_module x\nLoadModule cgi_module x\n" HOST(
        "<IfModule !mod_ruid2.c>\n" SUEXEC "</IfModule>\nAction php /x\n"));
    not_covered(HOST("AddHandler cgi-script .php\n"), "has no SuexecUserGroup");
    not_covered(HOST("ScriptAlias /cgi-bin/ /home/john/a/cgi-bin/\n"),
                "(/home/john/a/cgi-bin/ at " AT("4") ")");
    covered(HOST("ScriptAlias /cgi-bin/ /usr/lib/cgi-bin/\n"));
    covered("AddHandler fcgid-script .fcgi\n" HOST(""));
    /* suexec's module, and our entry in suexec's place */
    not_covered("LoadModule cgid_module x\n" HOST("Action php /x\n" SUEXEC), "no SuexecUserGroup");
    covered("LoadModule alias_module x\n" HOST("AddHandler cgi-script .php\n" SUEXEC));
    server.must_stand = true;
    server.front.armed = false;
    not_covered(HOST("Action php /x\n" SUEXEC), "is not what it should be");
    server.front.in_front = false;
    not_covered(HOST("Action php /x\n" SUEXEC), "not in front of suexec");
    server.must_stand = false;
    covered(HOST("Action php /x\n" SUEXEC));
    server.front.here = false;
    not_covered(HOST("FcgidWrapper /w .php\n" SUEXEC),
                "no suexec is installed whose place Sitecage's entry can take: use FPM; cagefsctl "
                "--site-isolation-check says more (/w at " AT("4") ")");
}

static void in_process(void **state)
{
    (void)state;
    not_covered("LoadModule php_module x\n" HOST("AddType application/x-httpd-php .php\n"),
                "mod_php runs in the web server's own process and cannot be isolated: use LSAPI, "
                "FPM, FCGI or CGI (application/x-httpd-php at " AT("5") ")");
    covered("LoadModule alias_module x\n" HOST("<IfModule mod_php.c>\nSetHandler "
                                               "application/x-httpd-php\n</IfModule>\n"));
    not_covered(HOST("ProxyPass / uwsgi://127.0.0.1:3031/\n"),
                "runs programs outside of every site");
    not_covered(HOST("PassengerAppRoot /home/john/app\n"), "PassengerAppRoot at " AT("4"));
    not_covered(HOST("AddHandler application/x-httpd-lsphp .php\n"), "does not run ");
    server.lsphp = true;
    covered(HOST("AddHandler application/x-httpd-lsphp .php\n"));
    not_covered("http { server { server_name a.example; root /home/john/a; location / { uwsgi_pass "
                "unix:/x; } } }",
                "unix:/x at /etc/nginx/nginx.conf:1 runs programs outside");
    not_covered("http { server { server_name a.example; root /home/john/a; location / { "
                "fastcgi_pass $pool; } } }",
                "PHP is passed to $pool at /etc/nginx/nginx.conf:1");
}

/* What acts on a site's files without a line that names them. */
static void other_modules(void **state)
{
    (void)state;
    /* Passenger: on, unless it is said to be off for the whole host or server */
#define PASSENGER "LoadModule passenger_module x\n"
    not_covered(PASSENGER HOST(""), "mod_passenger (unless PassengerEnabled is off) at " AT("2"));
    not_covered(PASSENGER HOST("<Location /app>\nPassengerEnabled off\n</Location>\n"),
                "mod_passenger");
    not_covered(PASSENGER "<Directory /srv>\nPassengerEnabled off\n</Directory>\n" HOST(""),
                "mod_passenger");
    covered(PASSENGER HOST("PassengerEnabled off\n"));
    covered(PASSENGER HOST("<IfModule mod_passenger.c>\nPassengerEnabled off\n</IfModule>\n"));
    covered(PASSENGER "PassengerEnabled off\n" HOST(""));
    not_covered(PASSENGER "PassengerEnabled off\n" HOST("PassengerEnabled on\n"),
                "PassengerEnabled at " AT("6"));
    covered("LoadModule alias_module x\n" HOST(""));
    /* code that is run whatever the handler, but for scripts of the server's own */
    not_covered(HOST("WSGIScriptAlias / /home/john/a/app.wsgi\n"), "WSGIScriptAlias at " AT("4"));
    not_covered("WSGIScriptAliasMatch ^/(.*) /home/$1/app.wsgi\n" HOST(""), "Match at " AT("1"));
    not_covered("WSGIScriptAlias /x /usr/../home/john/a/x.wsgi\n" HOST(""), AT("1"));
    covered("WSGIScriptAlias /graphite /usr/share/graphite-web/graphite.wsgi\n" HOST(""));
    not_covered(HOST("WSGIHandlerScript py /home/john/a/py.wsgi\n"), "WSGIHandlerScript");
    not_covered(HOST("LuaMapHandler ^/ /home/john/a/x.lua\n"), "LuaMapHandler at " AT("4"));
    not_covered(HOST("LuaHookFixups /home/john/a/x.lua f\n"), "LuaHookFixups");
    covered(HOST("LuaHookLog /etc/apache2/log.lua f\n"));
    not_covered(HOST("<Location /x>\nPerlResponseHandler ModPerl::Registry\n</Location>\n"),
                "PerlResponseHandler at " AT("5"));
    not_covered(HOST("SetHandler modperl\n"), "modperl at " AT("4"));
    not_covered("<Directory /home/john>\nAddHandler python-program .py\n</Directory>\n" HOST(""),
                "python-program at " AT("2"));
    covered("PerlChildInitHandler Apache2::Own\nPythonPath x\n" HOST(""));
    /* mod_suphp; the same name as a name of an Action is CGI */
#define EA "application/x-httpd-ea-php82"
    not_covered(HOST("AddHandler " EA " .php .phtml\n"),
                EA " at " AT("4") " runs programs outside");
    not_covered("AddType " EA " .php\n" HOST(""), EA " at " AT("1"));
    covered("Action " EA " /cgi-sys/ea-php82\nAddType " EA " .php\n" HOST(SUEXEC));
    covered(HOST(SUEXEC "Action " EA " /cgi-sys/ea-php82\n<FilesMatch \\.php$>\nSetHandler " EA
                        "\n</FilesMatch>\n"));
    not_covered(
        HOST("AddHandler " EA " .php\n") "<VirtualHost *:80>\nServerName b.example\nAction " EA
                                         " /x\n</VirtualHost>\n",
        EA " at " AT("4"));
    strcpy(htaccess, "AddHandler " EA " .php\n");
    covered("Action " EA " /cgi-sys/ea-php82\n" HOST(SUEXEC));
    htaccess[0] = 0;
    /* LiteSpeed, by whatever configuration */
    server.litespeed = 77;
    not_covered(HOST(""), "LiteSpeed serves this server's sites (process 77)");
    not_covered("Listen 80\n", "have Apache or nginx serve them");
    server.litespeed = -EACCES;
    not_covered(HOST(""), "whether LiteSpeed runs cannot be told");
    server.litespeed = 0;
    /* mod_fastcgi */
    not_covered("LoadModule fastcgi_module x\nFastCgiExternalServer /usr/lib/cgi-bin/php-fcgi "
                "-socket /run/p.sock\n" HOST(""),
                "FastCgiExternalServer at " AT("2"));
    covered("LoadModule alias_module x\nFastCgiExternalServer /usr/lib/cgi-bin/php-fcgi -socket "
            "/run/p.sock\n" HOST(""));
}

/* The server has a handler for more names than the host has. */
static void left_to_the_server(void **state)
{
    (void)state;
#define SERVER_PHP(names)                                                                          \
    "<FilesMatch \"" names "\">\nSetHandler "                                                      \
    "\"proxy:unix:/run/www.sock|fcgi://x\"\n</FilesMatch>\n"
#define OWN_PHP(names)                                                                             \
    "<FilesMatch " names ">\nSetHandler \"proxy:unix:/run/a.sock|fcgi://x\"\n</FilesMatch>\n"
    not_covered(SERVER_PHP(".+\\.ph(?:ar|p|tml)$") HOST(OWN_PHP("\\.php$")),
                "files as x.phtml, which the virtual host at " AT(
                    "4") " does not name, are run by "
                         "proxy:unix:/run/www.sock|fcgi://x at " AT("2") ", outside of the site");
    covered(SERVER_PHP(".+\\.ph(?:ar|p|tml)$") HOST(OWN_PHP("\\.ph(ar|p|tml)$")));
    covered(SERVER_PHP(".+\\.ph(?:ar|p|tml)$") HOST(
        OWN_PHP("\\.php$") "<Files ~ \"\\.ph(ar|tml)$\">\nSetHandler none\n</Files>\n"));
    covered(SERVER_PHP("\\.php$") HOST("SetHandler \"proxy:unix:/run/a.sock|fcgi://x\"\n"));
    covered(SERVER_PHP("\\.php$")
                HOST("ProxyPassMatch ^/(.*\\.php(/.*)?)$ unix:/run/a.sock|fcgi://x/home/john/a\n"));
    covered(SERVER_PHP("(?i)\\.php$")
                HOST("<LocationMatch (?i)\\.php$>\nSetHandler "
                     "\"proxy:unix:/run/a.sock|fcgi://x\"\n</LocationMatch>\n"));
    not_covered(
        SERVER_PHP("\\.php$")
            HOST("<Location /app>\nSetHandler \"proxy:unix:/run/a.sock|fcgi://x\"\n</Location>\n"),
        "files as x.php,");
    /* SetHandler goes before AddHandler */
    not_covered(SERVER_PHP("\\.php$")
                    HOST("AddHandler \"proxy:unix:/run/a.sock|fcgi://x\" .php .phtml\n"),
                "files as x.php,");
    covered("AddHandler \"proxy:unix:/run/www.sock|fcgi://x\" .php\n" HOST(
        "AddHandler \"proxy:unix:/run/a.sock|fcgi://x\" .php\n"));
    not_covered("AddHandler \"proxy:unix:/run/www.sock|fcgi://x\" .php\n" HOST(OWN_PHP("\\.php$")),
                "files as x.PHP,");
    /* the same pool; another directory's; with the module */
    covered(SERVER_PHP("\\.ph(p|tml)$") HOST(
        "<FilesMatch \\.php$>\nSetHandler \"proxy:unix:/run/www.sock|fcgi://y\"\n</FilesMatch>\n"));
    covered("<Directory /srv>\n" SERVER_PHP("\\.phtml$") "</Directory>\n" HOST(OWN_PHP("\\.php$")));
    not_covered("LoadModule php_module x\n<FilesMatch \".+\\.ph(?:ar|p|tml)$\">\nSetHandler "
                "application/x-httpd-php\n</FilesMatch>\n" HOST(OWN_PHP("\\.php$")),
                "mod_php runs in the web server's own process");
    server.gate = true;
    covered(SERVER_PHP(".+\\.ph(?:ar|p|tml)$") HOST(OWN_PHP("\\.php$")));
}

#define CGI_LOADED "LoadModule cgid_module x\nLoadModule suexec_module x\n"
#define ALL        "<Directory /home>\nAllowOverride All\n</Directory>\n"

/* Without the module: a line that is not written yet, or below the document root. */
static void what_htaccess_may_say(void **state)
{
    (void)state;
    covered(CGI_LOADED HOST(""));
    covered("LoadModule alias_module x\n" ALL HOST(""));
    covered(CGI_LOADED ALL HOST(SUEXEC));
    covered(CGI_LOADED
            "<Directory /home>\nAllowOverride AuthConfig Limit\n</Directory>\n" HOST(""));
    covered(CGI_LOADED ALL HOST("<Directory /home/john/a>\nAllowOverride None\n</Directory>\n"));
    not_covered(
        CGI_LOADED ALL HOST(""),
        ".htaccess files of the virtual host at " AT(
            "6") " may run, outside of every site: "
                 "programs as the web server's user (give the host a SuexecUserGroup); let Apache "
                 "have mod_sitecage, or write AllowOverride None at " AT("4"));
    not_covered(
        CGI_LOADED HOST("<Directory /home/john/a/x>\nAllowOverride FileInfo\n</Directory>\n"),
        "AllowOverride None at " AT("7"));
    not_covered("LoadModule php_module x\n" ALL HOST(SUEXEC), "(mod_php)");
    not_covered("LoadModule lua_module x\n" ALL HOST(SUEXEC), "Lua in the web server's own");
    not_covered(CGI_LOADED "<Directory /home/*/a>\nAllowOverride All\n</Directory>\n" HOST(""),
                AT("4"));
    server.front.here = false;
    not_covered(CGI_LOADED ALL HOST(SUEXEC), "no suexec is installed");
    server.front.here = true;
    server.gate = true;
    covered(CGI_LOADED ALL HOST(""));
    covered("LoadModule php_module x\nLoadModule suexec_module x\n" ALL HOST(""));
    covered("LoadModule lua_module x\n" ALL HOST(SUEXEC));
    covered("LoadModule perl_module x\n" HOST(SUEXEC));
    not_covered("LoadModule perl_module x\n" ALL HOST(SUEXEC),
                "Perl in the web server's own process (mod_perl); have Apache do without that "
                "module, or write "
                "AllowOverride None at " AT("3"));
}

/* Whoever shares such a pool: over loopback it is everybody's who can connect. */
static void open_ports(void **state)
{
    (void)state;
    strcpy(server.ports_error, "the program nft is not installed");
    covered(HOST(""));
    assert_int_equal(sc_loopback_add_port(&server.ports, 9002, 1002, NULL), 0); /* another's */
    covered(HOST(""));
    assert_int_equal(sc_loopback_add_port(&server.ports, 9007, SC_LOOPBACK_ANYBODY, NULL), 0);
    not_covered(HOST(""), "PHP at TCP port 9007 runs outside of every site, and the site's own "
                          "programs can connect to it: the program nft is not installed; or");
    server.ports_error[0] = 0;
    covered(HOST(""));
    sc_loopback_done(&server.ports);
}

static void confined_server(void **state)
{
    (void)state;
    strcpy(server.shut_error, "httpd.service: RestrictSUIDSGID=yes refuses openat2");
    not_covered(HOST(""), "httpd.service: RestrictSUIDSGID=yes");
    server.shut_error[0] = 0;
    covered(HOST(""));
}

static void open_sockets(void **state)
{
    (void)state;
    struct sc_fpm_known pool = {.pool = (char *)(uintptr_t) "x",
                                .file = (char *)(uintptr_t) "/etc/x.conf",
                                .listen = (char *)(uintptr_t) "/opt/x/x.sock"};
    struct sc_fpm_open open = {pool.pool, pool.file, pool.listen, 33, 33, 0660};
    server.sockets = (struct sc_fpm_places){.open = &open, .n_open = 1};
    covered(HOST(""));
    open.mode = 0666;
    not_covered(HOST(""), "the PHP-FPM pool x (/etc/x.conf) listens at /opt/x/x.sock, where the "
                          "site's own programs can connect to it");
    server.sockets = (struct sc_fpm_places){0};
}

static void own_lines(void **state)
{
    (void)state;
    strcpy(htaccess, "<FilesMatch \\.php$>\nSetHandler \"proxy:unix:/run/x.sock|fcgi://y\"\n"
                     "</FilesMatch>\n");
    not_covered(HOST(""), "/home/john/a/.htaccess:2 names a PHP-FPM pool");
    strcpy(htaccess, "RewriteEngine On\nRewriteRule ^(.*)$ fcgi://127.0.0.1:9000/x/$1 [L,P]\n");
    not_covered(HOST(""), "/home/john/a/.htaccess:2 names a PHP-FPM pool");
    strcpy(htaccess, "AddHandler cgi-script .x\n");
    not_covered(HOST(""), "has no SuexecUserGroup: its programs (cgi-script at "
                          "/home/john/a/.htaccess:1)");
    covered(HOST(SUEXEC));
    strcpy(htaccess, "LoadModule php_module x\nInclude /etc/passwd\nAddType "
                     "application/x-httpd-php .php\n");
    covered("LoadModule alias_module x\n" HOST(""));
    not_covered("LoadModule php_module x\n" HOST(""), "/home/john/a/.htaccess:3)");
}

/* Apache takes FastCGI requests to the site's own master, and says as whom programs run. */
static void with_the_module(void **state)
{
    (void)state;
    char listen[] = "/run/x.sock", text[] = "its pool serves b.example too";
    struct sc_cover_use use = {.how = SC_FPM_SHARED, .listen = listen, .text = text};
    uses = &use;
    n_uses = 1;
    strcpy(htaccess, "<FilesMatch \\.php$>\nSetHandler \"proxy:unix:/run/y.sock|fcgi://y\"\n"
                     "</FilesMatch>\nAddHandler cgi-script .x\n");
    server.gate = true;
    not_covered(HOST(""), text);
    use.how = SC_FPM_ROUTED;
    covered(HOST(""));
    covered("LoadModule php_module x\nLoadModule suexec_module x\n" HOST(""));
    not_covered("LoadModule cgid_module x\n" HOST(""), "no SuexecUserGroup");
    covered(HOST("ProxyPass /x balancer://nobody/\n"));
    not_covered("http { server { server_name a.example; root /home/john/a; location / { "
                "fastcgi_pass $pool; } } }",
                "PHP is passed to $pool");
    use.around = true; /* another site's route is not this one's */
    not_covered(HOST(""), "/home/john/a/.htaccess:2 names a PHP-FPM pool");
    use.around = false;
    left_out = true;
    not_covered(HOST(""), "mod_sitecage does not know the site: run cagefsctl "
                          "--site-isolation-regenerate john");
}

/* One server block that follows links, as looking found it. */
static struct sc_cover_verdict links(struct sc_cover_links l)
{
    struct sc_cover_verdict v;
    struct sc_cover_seen seen = {.links = &l, .n_links = 1};
    put("/etc/apache2/apache2.conf", "");
    put("/etc/nginx/nginx.conf", "http {\nserver { server_name a.example; root /home/john/a; } }");
    assert_int_equal(sc_vhosts_load(root, &server.hosts, NULL), 0);
    l.host = &server.hosts.v[0];
    sc_cover_judge(&server, &site, &seen, &v);
    sc_vhosts_done(&server.hosts);
    return v;
}

static void links_of_nginx(void **state)
{
    char way_out[] = "write a line";
    (void)state;
    struct sc_cover_verdict v = links((struct sc_cover_links){.text = way_out});
    assert_int_equal(v.is, SC_COVERAGE_NOT);
    assert_string_equal(v.text, "nginx serves files of the site (/etc/nginx/nginx.conf:2) and "
                                "follows links in it, to other sites, too: write a line");
    v = links((struct sc_cover_links){.around = true, .text = way_out});
    assert_non_null(
        strstr(v.text, "with those of a directory around it (/etc/nginx/nginx.conf:2)"));
    /* enable writes the line; afterwards it has to be there */
    assert_int_equal(links((struct sc_cover_links){.soon = true}).is, SC_COVERAGE_COVERED);
    server.must_stand = true;
    assert_int_equal(links((struct sc_cover_links){.soon = true}).is, SC_COVERAGE_COVERED);
    struct sc_cover_site isolated = site;
    isolated.id = 60001;
    struct sc_cover_links soon = {.soon = true}, unread = {.unread = true};
    struct sc_cover_seen seen = {.links = &soon, .n_links = 1};
    put("/etc/nginx/nginx.conf", "http { server { server_name a.example; root /home/john/a;\n"
                                 "disable_symlinks on; } }");
    assert_int_equal(sc_vhosts_load(root, &server.hosts, NULL), 0);
    soon.host = unread.host = &server.hosts.v[0];
    sc_cover_judge(&server, &isolated, &seen, &v);
    assert_int_equal(v.is, SC_COVERAGE_NOT);
    assert_non_null(strstr(v.text, "run cagefsctl --site-isolation-regenerate"));
    seen.links = &unread;
    sc_cover_judge(&server, &isolated, &seen, &v);
    assert_string_equal(v.text, "nginx has not read /etc/nginx/nginx.conf since it was changed: "
                                "reload nginx");
    sc_vhosts_done(&server.hosts);
}

#define NGINX(rest) "http { server { server_name a.example; root /home/john/a; " rest " } }"

static void files_that_nginx_uses(void **state)
{
    (void)state;
    not_covered(NGINX("location / { dav_methods PUT DELETE; }"),
                "dav_methods at /etc/nginx/nginx.conf:1 follows the site's links");
    not_covered(NGINX("proxy_store on;"), "proxy_store at ");
    not_covered(NGINX("proxy_store /home/john/a$uri;"), "nginx uses /home/john/a$uri");
    not_covered(NGINX("auth_basic_user_file /home/john/a/../a/p;"), "nginx uses ");
    not_covered(NGINX("auth_basic_user_file $document_root/p;"), "nginx uses $document_root/p");
    not_covered(NGINX("auth_basic_user_file /home/john/$host/p;"), "nginx uses ");
    not_covered("http { server { server_name a.example; root /home/john/a; }\n"
                "server { root /home/john; dav_methods PUT; } }",
                "dav_methods at /etc/nginx/nginx.conf:2");
    covered(NGINX("dav_methods off; proxy_store /var/cache/x$uri; "
                  "auth_basic_user_file /home/john/ab;"));
    covered(NGINX("auth_basic_user_file /etc/nginx/$host; auth_basic_user_file $pw;"));
    covered("http { server { server_name a.example; root /home/john/a; }\n"
            "server { root /srv; dav_methods PUT; } }");
}

static void others_root(void **state)
{
    (void)state;
    covered("http { server { server_name a.example; root /home/john/a; location /x { alias "
            "/home/john/files; } location /y { root /usr/share/y; } } }");
    not_covered("http { server { server_name a.example; root /home/john/a; location /x { internal; "
                "alias /home/john/; } } }",
                "serves /home/john, where other sites' files are");
    not_covered("http { server { server_name a.example; root /home/john/a; location ~ ^/x/(.*) { "
                "internal; alias /home/$1; } } }",
                "serves /home, where other sites' files are");
    not_covered("http { server { server_name a.example; root /home/john/a; location /x { internal; "
                "alias /; } } }",
                "serves /, where other sites' files are");
    covered("http { server { server_name a.example; root /home/john/a; location ~ ^/~(.+?)(/.*)?$ "
            "{ alias /home/john/web_users/$1/$2; } } }");
    not_covered("http { server { server_name a.example; root /home/john/a; location /x { alias "
                "/home/john/b/img/; } } }",
                "serves /home/john/b/img,");
}

/* A wrapper, or PHP, that the site's view cannot show answers 503: that is not isolated. */
static void unseen(void **state)
{
    (void)state;
    char text[] = "/run/php, which runs the site's PHP (/x:1), lies where sites see nothing";
    struct sc_cover_seen seen = {.unseen = text};
    struct sc_cover_verdict v;
    put("/etc/apache2/apache2.conf", "<VirtualHost *:80>\nServerName a.example\nDocumentRoot "
                                     "/home/john/a\n</VirtualHost>\n");
    assert_int_equal(sc_vhosts_load(root, &server.hosts, NULL), 0);
    sc_cover_judge(&server, &site, &seen, &v);
    assert_int_equal(v.is, SC_COVERAGE_NOT);
    assert_string_equal(v.text, text);
    seen.unseen = NULL;
    sc_cover_judge(&server, &site, &seen, &v);
    assert_int_equal(v.is, SC_COVERAGE_COVERED);
    sc_vhosts_done(&server.hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hosts, plain, drop),
        cmocka_unit_test_setup_teardown(links_of_nginx, plain, drop),
        cmocka_unit_test_setup_teardown(files_that_nginx_uses, plain, drop),
        cmocka_unit_test_setup_teardown(others_root, plain, drop),
        cmocka_unit_test_setup_teardown(programs, plain, drop),
        cmocka_unit_test_setup_teardown(in_process, plain, drop),
        cmocka_unit_test_setup_teardown(other_modules, plain, drop),
        cmocka_unit_test_setup_teardown(left_to_the_server, plain, drop),
        cmocka_unit_test_setup_teardown(what_htaccess_may_say, plain, drop),
        cmocka_unit_test_setup_teardown(open_ports, plain, drop),
        cmocka_unit_test_setup_teardown(confined_server, plain, drop),
        cmocka_unit_test_setup_teardown(open_sockets, plain, drop),
        cmocka_unit_test_setup_teardown(own_lines, plain, drop),
        cmocka_unit_test_setup_teardown(with_the_module, plain, drop),
        cmocka_unit_test_setup_teardown(unseen, plain, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
