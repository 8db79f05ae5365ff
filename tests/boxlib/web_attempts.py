# SPDX-License-Identifier: GPL-2.0-or-later
"""What an isolated site's owner tries on Apache, and what must keep working: one line each. web_try.py runs them.

T(NAME, FILES, PATH, LEAK, options): FILES are made below t/NAME/ in the document root of SITE (a.example); PATH is
asked for, relative to that directory unless it begins with "/"; it leaks when the answer has LEAK: bytes of head or body,
a status or several, DIFFERS (the answer tells whether a file of the sibling exists), HANGS, or REACHES (B's application is
connected to). FILES values: link(…),
fifo(), program(…), or text. In texts: @A@ @B@ document roots, @D@ the attempt's directory, @U@ its URL, @S@ the socket of
B's pool, @X@ (with DIFFERS) a file of B's that exists, and one that does not.

  closed=True   httpd itself refuses it: nothing leaks without isolation either
  new=True      there is nothing to reach before B is isolated
  network=True  other services on loopback, a known limit: said, and not counted
  caged=b"…"    what leaks in place of LEAK once B is isolated: the account's pools outside are open to its other sites
  only="…"      the control leaks only with this MPM (mod_php) or this site kind
  not_by=(…)    it cannot be asked so (web_try.py's VIA)
  before={…}    is asked for first: an attempt's own words that are other than this one's

A name of FILES that ends in "/" is a directory where Apache may write.
"""
SECRET = b"SECRET-OF-B"
DIFFERS, HANGS, REACHES = "differs", "hangs", "reaches"


class Link(str):
    pass


class Program(str):
    pass


class Fifo:
    pass


link, program, fifo = Link, Program, Fifo
ATTEMPTS, WORKS = [], []


def T(name, files, path, leak=SECRET, **options):
    ATTEMPTS.append(dict(name=name, files=files, path=path, leak=leak, **options))


def W(name, files, path, wanted, **options):
    WORKS.append(dict(name=name, files=files, path=path, wanted=wanted, **options))


def ht(*lines):
    return "\n".join(lines) + "\n"


REWRITE = "RewriteEngine on\nRewriteBase @U@\n"
INCLUDES = "Options +Includes\nAddType text/html .shtml\nAddOutputFilter INCLUDES .shtml\n"
BASIC = 'AuthType Basic\nAuthName x\nAuthBasicProvider file\n'
BOB, ANN = ("bob", "bobspass"), ("ann", "annspass")
CAT = program("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; exec cat @B@/secret.txt\n")
CAGED = "(@scandir('/home/john/c.example') ? '' : ' in a cage')"
POOL = f"<?php echo 'ran in ', getenv('POOL'), {CAGED}, '.';"
IN_B = b"ran in pool of b"
TO_B = '"proxy:unix:@S@|fcgi://localhost"'
SCRIPT_OF_B = ht("ProxyFCGISetEnvIf true SCRIPT_FILENAME @B@/pool.php")
BY_PREPEND = ht(
    r'ProxyFCGISetEnvIf true PHP_ADMIN_VALUE "%{unescape:allow_url_include=1%0Aauto_prepend_file=php://input}"')
WHOM = f"<?php die('ran in ' . getenv('POOL') . ', own code' . {CAGED});".encode()

# ---- links ----
T("read/link", {"l.txt": link("@B@/secret.txt")}, "l.txt")
T("read/link-relative", {"l.txt": link("../../../../b.example/secret.txt")}, "l.txt")
T("read/link-dir", {"d": link("@B@")}, "d/secret.txt")
T("read/link-home", {"h": link("/home/john")}, "h/b.example/secret.txt")
T("read/link-root", {"r": link("/")}, "r/home/john/b.example/secret.txt")
T("read/link-chain", {"l.txt": link("m"), "m": link("n/secret.txt"), "n": link("@B@")}, "l.txt")
T("read/link-proc-root", {"l.txt": link("/proc/self/root@B@/secret.txt")}, "l.txt")
T("read/link-proc-cwd", {"l.txt": link("/proc/self/cwd/../../../../../..@B@/secret.txt")}, "l.txt")
T("read/link-other-home", {"l.txt": link("/home2/john/b.example/secret.txt")}, "l.txt")
T("read/link-source", {"l.txt": link("@B@/config.php")}, "l.txt")
T("read/link-range", {"l.txt": link("@B@/secret.txt")}, "l.txt", b"SECRET", head={"Range": "bytes=0-5"})
T("read/link-head", {"l.txt": link("@B@/sized.txt")}, "l.txt", b"Content-Length: 4242", method="HEAD")
T("read/link-deflate", {"l.txt": link("@B@/sized.txt"), ".htaccess": "SetOutputFilter DEFLATE\n"}, "l.txt",
  b"Content-Encoding: gzip", head={"Accept-Encoding": "gzip"})
T("read/default-handler", {"l.php": link("@B@/config.php"), ".htaccess":
                            "<Files l.php>\nSetHandler default-handler\n</Files>\n"}, "l.php")
T("read/owner-match", {"l.txt": link("@B@/secret.txt"),
                       ".htaccess": "Options -FollowSymLinks +SymLinksIfOwnerMatch\n"}, "l.txt")
T("read/htaccess-link", {".htaccess": link("@B@/private/.htaccess"), "x.txt": "x"}, "x.txt")
T("oracle/htaccess-link", {".htaccess": link("@X@"), "x.txt": "x"}, "x.txt", DIFFERS)

# ---- listings ----
INDEX = "Options +Indexes\n"
FANCY = INDEX + "IndexOptions FancyIndexing\n"
NAME = b"NAME-OF-B"
T("list/plain", {"d": link("@B@/lists"), ".htaccess": INDEX + "IndexOptions -FancyIndexing\n"}, "d/", NAME)
T("list/fancy", {"d": link("@B@/lists"), ".htaccess": FANCY}, "d/", NAME)
T("list/home", {"h": link("/home/john"), ".htaccess": FANCY}, "h/b.example/lists/", NAME)
T("list/sizes", {"l.txt": link("@B@/sized.txt"), ".htaccess": FANCY}, "", b"4.1K")
T("list/dates", {"l.txt": link("@B@/sized.txt"), ".htaccess": FANCY}, "", b"1999-12-30")
T("list/titles", {"l.html": link("@B@/lists/page.html"), ".htaccess": FANCY + "IndexOptions ScanHTMLTitles\n"}, "",
  b"TITLE-OF-B")
T("read/header-name", {"head.html": link("@B@/secret.html"), ".htaccess": FANCY + "HeaderName head.html\n"}, "")
T("read/readme-name", {"foot.html": link("@B@/secret.html"), ".htaccess": FANCY + "ReadmeName foot.html\n"}, "")
T("list/speling", {"d": link("@B@/lists"), ".htaccess": "CheckSpelling on\n"}, "d/NAME-OF-C.txt", NAME)
T("list/dav", {"d": link("@B@/lists")}, "d/", NAME, method="PROPFIND", head={"Depth": "1"})
T("read/dav", {"d": link("@B@")}, "d/secret.txt", SECRET)
T("list/multiviews", {"d": link("@B@/lists"), ".htaccess":
                      "Options +MultiViews\nForceLanguagePriority None\nAddLanguage en .en\nAddLanguage de .de\n"},
  "d/view", b"view.de.html", head={"Accept-Language": "fr"})

# ---- names in directives ----
T("read/directory-index", {"l.txt": link("@B@/secret.txt"), ".htaccess": "DirectoryIndex l.txt\n"}, "")
T("read/fallback", {"l.txt": link("@B@/secret.txt"), ".htaccess": "FallbackResource @U@/l.txt\n"}, "none")
T("read/error-document", {"l.txt": link("@B@/secret.txt"), ".htaccess": "ErrorDocument 404 @U@/l.txt\n"}, "none")
T("read/rewrite", {"l.txt": link("@B@/secret.txt"), ".htaccess": REWRITE + "RewriteRule ^go$ l.txt\n"}, "go")
T("read/rewrite-dir", {"d": link("@B@"), ".htaccess": REWRITE + "RewriteRule ^go/(.*)$ d/$1\n"}, "go/secret.txt")

# ---- pages that are parsed ----
T("read/ssi-file", {"p.shtml": '<!--#include file="l.txt" -->', "l.txt": link("@B@/secret.txt"), ".htaccess": INCLUDES},
  "p.shtml")
T("read/ssi-virtual", {"p.shtml": '<!--#include virtual="@U@/l.txt" -->', "l.txt": link("@B@/secret.txt"),
                       ".htaccess": INCLUDES}, "p.shtml")
T("oracle/ssi-size", {"p.shtml": '<!--#config sizefmt="bytes" --><!--#fsize file="l.txt" -->',
                      "l.txt": link("@B@/sized.txt"), ".htaccess": INCLUDES}, "p.shtml", b"4,242")
T("oracle/ssi-date", {"p.shtml": '<!--#config timefmt="%Y" --><!--#flastmod file="l.txt" -->',
                      "l.txt": link("@B@/sized.txt"), ".htaccess": INCLUDES}, "p.shtml", b"1999")
T("read/ssi-page", {"p.shtml": link("@B@/secret.html"), ".htaccess": INCLUDES}, "p.shtml")
T("read/ssi-exec", {"p.shtml": '<!--#exec cmd="cat @B@/secret.txt" -->', ".htaccess": INCLUDES}, "p.shtml")
T("read/ssi-exec-filter", {"p.shtml": '<!--#exec cmd="cat @B@/secret.txt" -->', ".htaccess":
                           "Options +Includes\nAddType text/html .shtml\nFilterDeclare z CONTENT_SET\n"
                           "FilterProvider z INCLUDES true\nFilterChain z\n"}, "p.shtml")
T("read/ssi-exec-cgi", {"p.shtml": '<!--#exec cgi="@U@/x.cgi" -->', "x.cgi": CAT, ".htaccess":
                        INCLUDES + "Options +ExecCGI\nAddHandler cgi-script .cgi\n"}, "p.shtml")
T("read/type-map-uri", {"v.var": "URI: l.txt\nContent-Type: text/plain\n\n", "l.txt": link("@B@/secret.txt"),
                        ".htaccess": "AddHandler type-map .var\n"}, "v.var")
T("read/type-map-body", {"v.var": link("@B@/body.var"), ".htaccess": "AddHandler type-map .var\n"}, "v.var")
T("read/as-is", {"l.asis": link("@B@/secret.asis"), ".htaccess": "AddHandler send-as-is .asis\n"}, "l.asis")
T("read/image-map", {"l.map": link("@B@/links.map"), ".htaccess": "AddHandler imap-file .map\nImapMenu formatted\n"}, "l.map")
T("read/meta-files", {"x.txt": "x", ".web/x.txt.meta": link("@B@/head.meta"),
                      ".htaccess": "MetaFiles on\nMetaDir .web\nMetaSuffix .meta\n"}, "x.txt")

# ---- programs and interpreters ----
CGI = "Options +ExecCGI\nAddHandler cgi-script .cgi\n"
T("read/cgi", {"x.cgi": CAT, ".htaccess": CGI}, "x.cgi")
T("read/cgi-set-handler", {"x": CAT, ".htaccess": "Options +ExecCGI\nSetHandler cgi-script\n"}, "x")
T("read/cgi-type", {"x.it": CAT, ".htaccess": "Options +ExecCGI\nAddType application/x-httpd-cgi .it\n"}, "x.it")
T("read/cgi-rewrite", {"x.it": CAT, ".htaccess": "Options +ExecCGI\n" + REWRITE + "RewriteRule it$ - [H=cgi-script]\n"},
  "x.it")
T("read/cgi-action", {"x.cgi": CAT, "f.it": "x", ".htaccess": CGI + "AddHandler do-it .it\nAction do-it @U@/x.cgi\n"}, "f.it")
T("read/cgi-script-method", {"x.cgi": CAT, "f.txt": "x", ".htaccess": CGI + "Action text/plain @U@/x.cgi\n"}, "f.txt")
T("read/cgi-error-document", {"x.cgi": CAT, ".htaccess": CGI + "ErrorDocument 404 @U@/x.cgi\n"}, "none")
T("read/cgi-fallback", {"x.cgi": CAT, ".htaccess": CGI + "FallbackResource @U@/x.cgi\n"}, "none")
T("read/cgi-index", {"x.cgi": CAT, ".htaccess": CGI + "DirectoryIndex x.cgi\n"}, "")
T("read/cgi-path-info", {"x.cgi": CAT, ".htaccess": CGI}, "x.cgi/more/words")
T("read/cgi-link", {"x.cgi": link("y"), "y": CAT, ".htaccess": CGI}, "x.cgi")
SENDFILE = "#!/bin/sh\nprintf 'Content-Type: text/plain\\nX-Sendfile: %s\\n\\n' %s\n"
T("read/meta-dots", {"secret.txt": "x", ".htaccess": "MetaFiles on\nMetaDir ../../../../b.example\nMetaSuffix .meta\n"}, "secret.txt")
T("read/x-sendfile", {"x.cgi": program(SENDFILE % ("%s", "l.txt")), "l.txt": link("@B@/secret.txt"), ".htaccess":
                      CGI + "XSendFile on\n"}, "x.cgi", site="s.example")
T("server/cgi", {"x.cgi": program("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; cat /etc/apache2/secret; cat "
                                  "@B@/secret.txt\n"), ".htaccess": CGI}, "x.cgi", b"SECRET-OF-")
T("read/cgi-suexec", {"x.cgi": CAT, ".htaccess": CGI}, "x.cgi", site="s.example")
T("read/ssi-exec-suexec", {"p.shtml": '<!--#exec cmd="x.cgi" -->', "x.cgi": CAT, ".htaccess": INCLUDES}, "p.shtml",
  site="s.example")
T("read/fcgid-script", {"x.it": CAT, ".htaccess": "Options +ExecCGI\nSetHandler fcgid-script\n"}, "x.it", closed=True)
LUA = "AddHandler lua-script .lua\n"
T("read/lua-open", {"x.lua": "function handle(r) r:puts(io.open('@B@/secret.txt'):read('*a')) return apache2.OK end",
                    ".htaccess": LUA}, "x.lua")
T("read/lua-popen", {"x.lua": "function handle(r) r:puts(io.popen('cat @B@/secret.txt'):read('*a')) return apache2.OK end",
                     ".htaccess": LUA}, "x.lua")
T("read/lua-sendfile", {"x.lua": "function handle(r) r:sendfile('@B@/secret.txt') return apache2.OK end", ".htaccess": LUA},
  "x.lua")
T("read/lua-rewrite", {"x.it": "function handle(r) r:puts(io.open('@B@/secret.txt'):read('*a')) return apache2.OK end",
                       ".htaccess": REWRITE + "RewriteRule it$ - [H=lua-script]\n"}, "x.it")
HOOK = ("function f(r) local p = io.popen('cat @B@/secret.txt') r.headers_out['X-Is'] = p:read('*l') or '' "
        "return apache2.DECLINED end")
for name in ("AccessChecker", "TypeChecker", "Fixups"):
    T("read/lua-hook-" + name.lower(), {"x.txt": "x", "x.lua": HOOK, ".htaccess": f"LuaHook{name} @D@/x.lua f\n"}, "x.txt")
T("read/lua-hook-section", {"x.txt": "x", ".htaccess": f"<LuaHookFixups f>\n{HOOK}\n</LuaHookFixups>\n"}, "x.txt")
T("read/lua-hook-if", {"x.txt": "x", "x.lua": HOOK, ".htaccess": '<If "true">\nLuaHookFixups @D@/x.lua f\n</If>\n'}, "x.txt")
T("read/lua-hook-ssi", {"d/x.txt": "x", "d/x.lua": HOOK.replace("r.headers_out['X-Is'] = p:read('*l') or ''", "r:puts(p:read('*l'))"),
                        "d/.htaccess": "LuaHookFixups @D@/d/x.lua f\n", "p.shtml": '<!--#include virtual="d/x.txt" -->',
                        ".htaccess": INCLUDES}, "p.shtml")
T("read/lua-filter", {"x.txt": "x", "x.lua": "function f(r) coroutine.yield(io.open('@B@/secret.txt'):read('*a')) end",
                      ".htaccess": "LuaOutputFilter F @D@/x.lua f\nSetOutputFilter F\n"}, "x.txt", closed=True)
T("read/lua-ssi", {"x.lua": "function handle(r) r:puts(io.open('@B@/secret.txt'):read('*a')) return apache2.OK end",
                   "p.shtml": '<!--#include virtual="x.lua" -->', ".htaccess": LUA + INCLUDES}, "p.shtml")
PHP = "<?php readfile('@B@/secret.txt');"
T("read/mod-php-type", {"x.phx": PHP, ".htaccess": "AddType application/x-httpd-php .phx\n"}, "x.phx", only="prefork")
T("read/mod-php-handler", {"x.phx": PHP, ".htaccess": "SetHandler application/x-httpd-php\n"}, "x.phx", only="prefork")
T("read/mod-php-rewrite", {"x.phx": PHP, ".htaccess": REWRITE + "RewriteRule phx$ - [H=application/x-httpd-php]\n"},
  "x.phx", only="prefork")
T("read/mod-php-ssi", {"x.phx": PHP, "p.shtml": '<!--#include virtual="x.phx" -->', ".htaccess":
                       "AddType application/x-httpd-php .phx\n" + INCLUDES}, "p.shtml", only="prefork")
T("read/mod-php-source", {"x.phx": link("@B@/config.php"), ".htaccess": "SetHandler application/x-httpd-php-source\n"},
  "x.phx")

# ---- the server's own programs, started by the site's pages and with the site's variables ----
TOOL = "SetEnv BASH_ENV @D@/e.sh\n"
SCRIPT = {"e.sh": "printf 'Content-Type: text/plain\\n\\n'; cat @B@/secret.txt\n"}
T("read/tool-ssi", SCRIPT | {"p.shtml": '<!--#include virtual="/cgi-bin/tool" -->', ".htaccess": INCLUDES + TOOL}, "p.shtml")
T("read/tool-ssi-exec", SCRIPT | {"p.shtml": '<!--#exec cgi="/cgi-bin/tool" -->', ".htaccess": INCLUDES + TOOL}, "p.shtml")
T("read/tool-index", SCRIPT | {".htaccess": "DirectoryIndex /cgi-bin/tool\n" + TOOL}, "")
T("read/tool-fallback", SCRIPT | {".htaccess": "FallbackResource /cgi-bin/tool\n" + TOOL}, "none")
T("read/tool-type-map", SCRIPT | {"v.var": "URI: /cgi-bin/tool\nContent-Type: text/plain\n\n", ".htaccess":
                                  "AddHandler type-map .var\n" + TOOL}, "v.var", closed=True)
APP = {"c.php": "<?php readfile('@B@/secret.txt');"}
CONFIG = "SetEnv TOOL_CONFIG @D@/c.php\n"
T("read/app-ssi", APP | {"p.shtml": '<!--#include virtual="/tool/app.php" -->', ".htaccess": INCLUDES + CONFIG}, "p.shtml")
T("read/app-index", APP | {".htaccess": "DirectoryIndex /tool/app.php\n" + CONFIG}, "")
T("read/app-fallback", APP | {".htaccess": "FallbackResource /tool/app.php\n" + CONFIG}, "none")
T("read/tool-filter", SCRIPT | {"x.txt": "x", ".htaccess": "SetOutputFilter tool\n" + TOOL}, "x.txt")
SHELL = {"x.sh": SCRIPT["e.sh"]}
T("read/interpreter-ssi", SHELL | {"p.shtml": '<!--#include virtual="/cgi-bin/interpreter@U@/x.sh" -->', ".htaccess": INCLUDES}, "p.shtml")
T("read/interpreter-index", SHELL | {".htaccess": "DirectoryIndex /cgi-bin/interpreter@U@/x.sh\n"}, "")
T("read/interpreter-fallback", SHELL | {".htaccess": "FallbackResource /cgi-bin/interpreter@U@/x.sh\n"}, "none")
T("read/interpreter-variable", SHELL | {"p.shtml": '<!--#include virtual="/cgi-bin/interpreter" -->', ".htaccess":
                                        INCLUDES + "SetEnv PATH_TRANSLATED @D@/x.sh\n"}, "p.shtml")
T("read/php-cgi-error-document", {"x.php": PHP, ".htaccess": "ErrorDocument 404 /cgi-bin/php@U@/x.php\n"}, "none")
T("read/php-cgi-action", {"x.it": PHP, ".htaccess": "AddHandler do-it .it\nAction do-it /cgi-bin/php\n"}, "x.it")
T("read/php-cgi-rewrite", {"x.php": PHP, ".htaccess": REWRITE + "RewriteRule go /cgi-bin/php@U@/x.php\n"}, "go")
T("read/php-cgi-location-cgi", {"x.cgi": program("#!/bin/sh\nprintf 'Location: /cgi-bin/php@U@/x.php\\n\\n'\n"), "x.php": PHP,
                                ".htaccess": CGI}, "x.cgi")
T("read/php-cgi", {"x.php": PHP, ".htaccess": "SetEnv REDIRECT_STATUS 200\n"}, "/cgi-bin/php/t/read/php-cgi/x.php", closed=True)
for name, lines in (("ldap", 'AuthLDAPURL ldap://127.0.0.1:1/o=x\nAuthLDAPBindDN x\nAuthLDAPBindPassword "exec:@C@"\n'),
                    ("session", 'Session on\nSessionCryptoPassphrase "exec:@C@"\n')):
    T(f"run/{name}-passphrase", {"x.txt": "x", ".htaccess": lines.replace("@C@", "/bin/sleep 6")}, "x.txt", HANGS)
    T(f"run/{name}-passphrase-if", {"x.txt": "x", ".htaccess": "<If \"true\">\n" + lines.replace("@C@", "/bin/sleep 6") + "</If>\n"},
      "x.txt", HANGS)

# ---- who may log in at B ----
T("oracle/auth-file", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile @B@/.htpasswd\nRequire valid-user\n"}, "x.txt", 200,
  user=BOB)
T("oracle/auth-dots", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile @A@/../b.example/.htpasswd\nRequire valid-user\n"},
  "x.txt", 200, user=BOB)
T("oracle/auth-slashes", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home//john//b.example/.htpasswd\n"
                          "Require valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-other-home", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home2/john/b.example/.htpasswd\n"
                             "Require valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-proc", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /proc/self/root@B@/.htpasswd\nRequire valid-user\n"},
  "x.txt", 200, user=BOB)
T("oracle/auth-link", {"x.txt": "in", "l": link("@B@/.htpasswd"), ".htaccess":
                       BASIC + "AuthUserFile @D@/l\nRequire valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-passwords", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home/john/.htpasswds/b.example/passwd\n"
                            "Require valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-passwords-dots", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home/john/.htpasswds/a.example/../b.example/passwd\n"
                                 "Require valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-passwords-link", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home/john/.htpasswds/a.example/link/passwd\n"
                                 "Require valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-panels", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home/john/conf/web/b.example/htpasswd\nRequire valid-user\n"},
  "x.txt", 200, user=BOB)
T("oracle/auth-panels-group", {"x.txt": "in", "p": "ann:@HASH-ANN@\n", ".htaccess": BASIC + "AuthUserFile @D@/p\n"
                               "AuthGroupFile /home/john/conf/web/b.example/groups\nRequire group team\n"}, "x.txt", 200, user=ANN)
T("oracle/auth-panels-link", {"x.txt": "in", "l": link("/home/john/conf/web/b.example/htpasswd"), ".htaccess":
                              "AuthUserFile @D@/l\nAuthType Basic\nAuthName x\nRequire valid-user\n"}, "x.txt", 200, user=BOB)
for name, path in (("account", "/home/anna/conf/web/x.example/htpasswd"), ("place", "/data/olga/htpasswd")):
    T("oracle/auth-other-" + name, {"x.txt": "in", ".htaccess": BASIC + f"AuthUserFile {path}\nRequire valid-user\n"}, "x.txt", 200,
      user=BOB)
T("oracle/auth-around", {"x.txt": "in", ".htaccess": BASIC + "AuthUserFile /home/john/outer/.htpasswd/in/passwd\nRequire valid-user\n"},
  "x.txt", 200, user=ANN)
T("oracle/auth-group", {"x.txt": "in", "p": "ann:@HASH-ANN@\n", ".htaccess":
                        BASIC + "AuthUserFile @D@/p\nAuthGroupFile @B@/.htgroup\nRequire group team\n"}, "x.txt", 200,
  user=ANN)
T("oracle/auth-dbm", {"x.txt": "in", ".htaccess": BASIC.replace("file", "dbm") + "AuthDBMUserFile @B@/.htdbm\n"
                      "Require valid-user\n"}, "x.txt", 200, user=BOB)
for kind in ("DB", "GDBM"):
    T("oracle/auth-dbm-" + kind.lower(), {"x.txt": "in", ".htaccess": BASIC.replace("file", "dbm") + f"AuthDBMType {kind}\n"
                                          f"AuthDBMUserFile @B@/.htdbm-{kind.lower()}\nRequire valid-user\n"}, "x.txt", 200, user=BOB)
T("oracle/auth-dbm-group", {"x.txt": "in", "p": "ann:@HASH-ANN@\n", ".htaccess":
                            BASIC + "AuthUserFile @D@/p\nAuthDBMGroupFile @B@/.htdbm-group\nAuthzDBMType SDBM\nRequire dbm-group team\n"},
  "x.txt", 200, user=ANN)
T("oracle/auth-digest", {"x.txt": "in", ".htaccess": "AuthType Digest\nAuthName realm\nAuthUserFile @B@/.htdigest\n"
                         "Require valid-user\n"}, "x.txt", 200, user=BOB, digest=True)

# ---- does it exist ----
for name, flag in (("f", "-f"), ("s", "-s"), ("l", "-l"), ("d", "-d"), ("x", "-x")):
    T("oracle/rewrite-" + name, {"x.txt": "x", "y.txt": "y", ".htaccess":
                                 REWRITE + f"RewriteCond @X{name}@ {flag}\nRewriteRule x.txt y.txt\n"}, "x.txt", DIFFERS)
T("oracle/rewrite-F", {"x.txt": "x", "y.txt": "y", "d": link("@B@"), ".htaccess":
                       REWRITE + "RewriteCond @D@/d/@XNAME@ -F\nRewriteRule x.txt y.txt\n"}, "x.txt", DIFFERS)
for name, flag in (("f", "-f"), ("e", "-e"), ("s", "-s"), ("d", "-d"), ("L", "-L")):
    T("oracle/if-" + name, {"x.txt": "x", ".htaccess": f"<If \"{flag} '@X{name}@'\">\nHeader set X-Yes 1\n</If>\n"},
      "x.txt", DIFFERS)
T("oracle/if-file", {"x.txt": "x", ".htaccess": '<IfFile "@X@">\nHeader set X-Yes 1\n</IfFile>\n'}, "x.txt", DIFFERS)
T("oracle/link-status", {"l.txt": link("@X@")}, "l.txt", DIFFERS)
T("oracle/link-dir-status", {"d": link("@B@")}, "d/@XNAME@", DIFFERS)
T("oracle/listing", {"l.txt": link("@X@"), ".htaccess": FANCY}, "", DIFFERS)
T("oracle/multiviews", {"d": link("@B@"), ".htaccess": "Options +MultiViews\n"}, "d/@XSTEM@", DIFFERS)
T("oracle/error-document", {"l.txt": link("@X@"), ".htaccess": "ErrorDocument 404 @U@/l.txt\n"}, "none", DIFFERS)
T("oracle/setenvif", {"x.txt": "x", ".htaccess": "SetEnvIfExpr \"-f '@X@'\" YES=1\nHeader set X-Yes 1 env=YES\n"}, "x.txt",
  DIFFERS)
T("oracle/header-expr", {"x.txt": "x", ".htaccess": "Header set X-Yes 1 \"expr=-f '@X@'\"\n"}, "x.txt", DIFFERS)
for name, method, path in (("missing", "GET", "none"), ("options", "OPTIONS", "x.txt"), ("put", "PUT", "x.txt"), 
                           ("range", "GET", "x.txt")):
    T("oracle/header-expr-" + name, {"x.txt": "x", ".htaccess": "ErrorDocument 404 default\nHeader always set X-Yes 1 \"expr=-f '@X@'\"\n"}, path, DIFFERS,
      method=method, head={"Range": "bytes=9-"})
T("oracle/header-edit", {"x.txt": "x", ".htaccess": "Header always setifempty X-Yes 1 \"expr=-s '@X@'\"\nErrorDocument 404 text\n"},
  "none", DIFFERS)
T("oracle/require-expr", {"x.txt": "x", ".htaccess": "Require expr \"-f '@X@'\"\n"}, "x.txt", DIFFERS)
T("oracle/redirect-expr", {"x.txt": "x", ".htaccess": "<If \"-s '@X@'\">\nRedirect 307 @U@/x.txt /found\n</If>\n"}, "x.txt",
  DIFFERS)

# ---- B's PHP ----
T("run/set-handler", {"x.php": POOL, ".htaccess": f"<Files x.php>\nSetHandler {TO_B}\n</Files>\n"}, "x.php", IN_B)
T("run/add-handler", {"x.it": POOL, ".htaccess": f"AddHandler {TO_B} .it\n" + SCRIPT_OF_B}, "x.it", IN_B)
T("run/add-type", {"x.it": POOL, ".htaccess": f"AddType {TO_B} .it\n" + SCRIPT_OF_B}, "x.it", IN_B)
T("run/force-type", {"x.it": POOL, ".htaccess": f"ForceType {TO_B}\n" + SCRIPT_OF_B}, "x.it", IN_B)
T("run/rewrite-handler", {"x.it": POOL, ".htaccess":
                          SCRIPT_OF_B + REWRITE + f"RewriteRule it$ - [H={TO_B[1:-1]}]\n"}, "x.it", IN_B)
T("run/rewrite-proxy", {".htaccess": SCRIPT_OF_B + REWRITE + "RewriteRule go unix:@S@|fcgi://localhost@B@/pool.php [P]\n"}, "go",
  IN_B)
T("run/action", {"f.it": "x", "go/.htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B +
                 SCRIPT_OF_B.replace("SCRIPT_FILENAME", "PATH_TRANSLATED"), "go/x": "x", ".htaccess": "AddHandler do-it .it\nAction do-it @U@/go/x\n"}, "f.it", IN_B)
T("run/error-document", {"go/.htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B, "go/x": "x",
                         ".htaccess": "ErrorDocument 404 @U@/go/x\n"}, "none", IN_B)
T("run/ssi", {"go/.htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B, "go/x": "x", ".htaccess": INCLUDES,
              "p.shtml": '<!--#include virtual="@U@/go/x" -->'}, "p.shtml", IN_B)
T("run/dots", {"x.it": POOL, ".htaccess": 'SetHandler "proxy:unix:/run/php/../php/b.example.sock|fcgi://localhost"\n'
               + SCRIPT_OF_B}, "x.it", IN_B)
T("run/proc-root", {"x.it": POOL, ".htaccess": 'SetHandler "proxy:unix:/proc/self/root@S@|fcgi://localhost"\n' + SCRIPT_OF_B},
  "x.it", IN_B)
T("run/link", {"x.it": POOL, "s": link("@S@"), ".htaccess": 'SetHandler "proxy:unix:@D@/s|fcgi://localhost"\n' + SCRIPT_OF_B},
  "x.it", IN_B)
T("run/link-dir", {"x.it": POOL, "d": link("/run/php"), ".htaccess":
                   'SetHandler "proxy:unix:@D@/d/b.example.sock|fcgi://localhost"\n' + SCRIPT_OF_B}, "x.it", IN_B)
T("run/other-run", {"x.it": POOL, ".htaccess": 'SetHandler "proxy:unix:/var/run/php/b.example.sock|fcgi://localhost"\n'
                    + SCRIPT_OF_B}, "x.it", IN_B)
T("run/script", {"x.it": POOL, ".htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B}, "x.it", IN_B)
T("run/own-code", {"x.it": "x", ".htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B + BY_PREPEND}, "x.it",
  b"ran in pool of b, own code", method="POST", body=WHOM)
SCRIPT_OF_T = ht("ProxyFCGISetEnvIf true SCRIPT_FILENAME /home/john/t.example/pool.php")
IN_T = b"ran in pool of t"
T("run/port", {"x.it": POOL, ".htaccess": 'SetHandler "proxy:fcgi://127.0.0.1:9007"\n' + SCRIPT_OF_T}, "x.it", IN_T)
T("run/port-name", {"x.it": POOL, ".htaccess": 'SetHandler "proxy:fcgi://localhost:9007"\n' + SCRIPT_OF_T}, "x.it", IN_T)
T("run/port-other", {"x.it": POOL, ".htaccess": 'SetHandler "proxy:fcgi://127.1:9007"\n' + SCRIPT_OF_T}, "x.it", IN_T)
T("run/port-proxy", {".htaccess": SCRIPT_OF_T + REWRITE + "RewriteRule go fcgi://127.0.0.1:9007/home/john/t.example/pool.php [P]\n"},
  "go", IN_T)
T("run/port-own-code", {"x.it": "x", ".htaccess": 'SetHandler "proxy:fcgi://127.0.0.1:9007"\n' + SCRIPT_OF_T + BY_PREPEND},
  "x.it", b"ran in pool of t, own code", method="POST", body=WHOM)

# from elsewhere: another account's site (isolated, and not), a sibling that is not isolated, the server's own host
for who, host, cage in (("isolated-stranger", "m.example", b""), ("stranger", "n.example", b""),
                        ("sibling", "c.example", b" in a cage")):
    T(f"run/{who}-script", {"x.it": POOL, ".htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B}, "x.it", IN_B, site=host,
      caged=IN_B + cage)
    T(f"run/{who}-code", {"x.it": "x", ".htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B + BY_PREPEND}, "x.it",
      IN_B + b", own code", site=host, caged=IN_B + b", own code" + cage, method="POST", body=WHOM)
    T(f"run/{who}-port", {"x.it": "x", ".htaccess": 'SetHandler "proxy:fcgi://127.0.0.1:9007"\n' + SCRIPT_OF_T}, "x.it", IN_T,
      site=host, caged=IN_T + cage)
    T(f"run/{who}-link", {"x.it": POOL, "s": link("@S@"), ".htaccess":
                          'SetHandler "proxy:unix:@D@/s|fcgi://localhost"\n' + SCRIPT_OF_B}, "x.it", IN_B, site=host,
      caged=IN_B + cage)
    for kind, to in (("master", "proxy:unix:/run/sitecage/web/fpm-@ID@|fcgi://localhost"),
                     ("master-dots", "proxy:unix:/run/sitecage/web/../web/fpm-@ID@|fcgi://localhost"),
                     ("master-proc", "proxy:unix:/proc/self/root/run/sitecage/web/fpm-@ID@|fcgi://localhost")):
        T(f"run/{who}-{kind}", {"x.it": POOL, ".htaccess": f'SetHandler "{to}"\n' + SCRIPT_OF_B}, "x.it", IN_B, site=host,
          new=True)
for kind, to in (("master", "proxy:unix:/run/sitecage/web/fpm-@ID@|fcgi://localhost"), ("master-link", "proxy:unix:@D@/s|fcgi://localhost")):
    T(f"run/{kind}", {"x.it": POOL, "s": link("/run/sitecage/web/fpm-@ID@"), ".htaccess": f'SetHandler "{to}"\n' + SCRIPT_OF_B}, "x.it",
      IN_B, new=True)
# code of B's by a link from elsewhere, with settings of theirs
for host, own in (("n.example", "n"), ("m.example", "m"), ("c.example", "c")):
    TO_OWN = f'SetHandler "proxy:unix:/run/php/{own}.example.sock|fcgi://localhost"\n'
    T(f"run/{own}-link-code", {"x.it": link("@B@/pool.php"), ".htaccess": TO_OWN + SCRIPT_OF_B + BY_PREPEND}, "x.it", IN_B,
      site=host, new=True, method="POST", body=WHOM)
    T(f"run/{own}-link-dir-code", {"d": link("@B@"), ".htaccess": TO_OWN + SCRIPT_OF_B + BY_PREPEND}, "d/pool.php", IN_B,
      site=host, new=True, method="POST", body=WHOM)
    T(f"run/{own}-link-ssi", {"x.it": link("@B@/pool.php"), ".htaccess": f"<Files x.it>\n{TO_OWN}</Files>\n" + SCRIPT_OF_B + INCLUDES,
                              "p.shtml": '<!--#include virtual="x.it" -->'}, "p.shtml", IN_B, site=host, new=True)
    T(f"use/{own}-http-in-b", {".htaccess": REWRITE + "RewriteRule go unix:@B@/app.sock|http://localhost/ [P]\n"}, "go",
      b"APP-OF-B", site=host)
T("run/ssi-in-php-port", {"p.php": "<?php echo '<!--#include virtual=\"go/x\" -->';", "go/x": "x", "go/.htaccess":
                          'SetHandler "proxy:fcgi://127.0.0.1:9007"\n' + SCRIPT_OF_T, ".htaccess":
                          "Options +Includes\nAddOutputFilter INCLUDES .php\n"}, "p.php", IN_T)
T("run/ssi-in-php", {"p.php": "<?php echo '<!--#include virtual=\"go/x\" -->';", "go/x": "x", "go/.htaccess":
                     f'SetHandler {TO_B}\n' + SCRIPT_OF_B, ".htaccess":
                     "Options +Includes\nAddOutputFilter INCLUDES .php\n"}, "p.php", IN_B)
T("use/ssi-in-php", {"p.php": "<?php echo '<!--#include virtual=\"go/x\" -->';", "go/x": "x", "go/.htaccess":
                     'SetHandler "proxy:unix:/run/app/b.sock|http://localhost"\n', ".htaccess":
                     "Options +Includes\nAddOutputFilter INCLUDES .php\n"}, "p.php", b"APP-OF-B")
T("read/stranger-link", {"l.txt": link("@B@/secret.txt")}, "l.txt", site="m.example")

# ---- sockets of applications ----
for scheme in ("http", "uwsgi", "scgi"):
    T(f"use/{scheme}", {".htaccess": REWRITE + f"RewriteRule go unix:/run/app/b.sock|{scheme}://localhost/go [P]\n"}, "go",
      b"APP-OF-B")
    T(f"use/{scheme}-handler", {"x.it": "x", ".htaccess": f'SetHandler "proxy:unix:/run/app/b.sock|{scheme}://localhost"\n'},
      "x.it", b"APP-OF-B")
T("use/ssi-in-proxied", {".htaccess": REWRITE + INCLUDES + "RewriteRule page http://127.0.0.1:5056@U@/ [P]\nSetOutputFilter INCLUDES\n"
                         "RewriteRule go unix:/run/app/b.sock|http://localhost/ [P]\n"}, "page", b"APP-OF-B")
T("use/http-link", {"s": link("/run/app/b.sock"), ".htaccess": REWRITE + "RewriteRule go unix:@D@/s|http://localhost/ [P]\n"},
  "go", b"APP-OF-B")
T("use/http-in-b", {".htaccess": REWRITE + "RewriteRule go unix:@B@/app.sock|http://localhost/ [P]\n"}, "go", b"APP-OF-B")

# ---- the server ----
T("server/status", {"x": "x", ".htaccess": "SetHandler server-status\n"}, "x", b"Apache Status")
T("server/info", {"x": "x", ".htaccess": "SetHandler server-info\n"}, "x", b"Server Information")
T("server/balancer", {"x": "x", ".htaccess": "SetHandler balancer-manager\n"}, "x", b"Balancer Manager")
T("server/status-ssi", {"go/x": "x", "go/.htaccess": "SetHandler server-status\n", "p.shtml": '<!--#include virtual="go/x" -->',
                        ".htaccess": INCLUDES}, "p.shtml", b"Apache Status")
T("server/status-rewrite", {"x": "x", ".htaccess": REWRITE + "RewriteRule x - [H=server-status]\n"}, "x", b"Apache Status")
T("server/link-environ", {"l.txt": link("/proc/self/environ"), "m.txt": link("/proc/self/maps")}, "m.txt", b"r-xp", closed=True)
T("server/link-config", {"l.txt": link("/etc/apache2/secret")}, "l.txt", b"SECRET-OF-APACHE")
T("server/link-log", {"l.txt": link("/var/log/apache2/readable.log")}, "l.txt", b"SECRET-OF-LOG")

# ---- waiting for ever ----
T("hang/file", {"f": fifo()}, "f", HANGS)
T("hang/file-link", {"l": link("f"), "f": fifo()}, "l", HANGS)
T("hang/htaccess", {"x.txt": "x", ".htaccess": fifo()}, "x.txt", HANGS)
T("hang/htaccess-link", {"x.txt": "x", ".htaccess": link("f"), "f": fifo()}, "x.txt", HANGS)
T("hang/auth-file", {"x.txt": "x", "f": fifo(), ".htaccess": BASIC + "AuthUserFile @D@/f\nRequire valid-user\n"}, "x.txt", HANGS,
  user=BOB)
T("hang/auth-group", {"x.txt": "x", "f": fifo(), "p": "ann:@HASH-ANN@\n", ".htaccess":
                      BASIC + "AuthUserFile @D@/p\nAuthGroupFile @D@/f\nRequire group team\n"}, "x.txt", HANGS, user=ANN)
T("hang/outside", {"l": link("/tmp/fifo")}, "l", HANGS, release="/tmp/fifo")

# ---- document roots within document roots ----
# outer.example is not isolated, in.example (below it) is; ring.example is isolated, and so is core.example below it.
T("nested/link", {"l.txt": link("@B@/secret.txt")}, "l.txt", site="in.example", host="outer.example", below="/in")
T("nested/run", {"x.it": POOL, ".htaccess": f"SetHandler {TO_B}\n" + SCRIPT_OF_B}, "x.it", IN_B, site="in.example",
  host="outer.example", below="/in")
T("nested/cgi", {"x.cgi": CAT, ".htaccess": CGI}, "x.cgi", site="in.example", host="outer.example", below="/in")
T("nested/ssi-out", {"p.shtml": '<!--#include virtual="/in/t/nested/ssi-out/l.txt" -->', "l.txt": link("@B@/secret.txt"),
                     ".htaccess": INCLUDES}, "p.shtml", site="in.example", host="outer.example", below="/in")
T("nested/source", {}, "/config.php", b"SECRET-OF-CORE", host="core.example", head={"X-Try": "source"})
T("nested/list", {}, "/lists/", b"NAME-OF-CORE", host="core.example", head={"X-Try": "list"})
T("nested/redirect", {}, "/index.html", b"stolen.example", host="core.example", head={"X-Try": "redirect"})
T("nested/prepend", {}, "/config.php", b"prepended", host="core.example", head={"X-Try": "prepend"})
T("nested/outer-name", {}, "/core/secret.txt", b"SECRET-OF-CORE", host="ring.example")
T("nested/outer-alias-source", {"l.txt": link("/home/john/ring/core/config.php")}, "l.txt", b"SECRET-OF-CORE",
  site="ring.example")

# ---- c.example, which is not isolated, has a link to A's directories ----
T("linked/php", {"x.php": PHP}, "/linked/linked/php/x.php", host="c.example")
T("linked/cgi", {"x.cgi": CAT, ".htaccess": CGI}, "/linked/linked/cgi/x.cgi", host="c.example")
T("linked/ssi-exec", {"p.shtml": '<!--#exec cmd="cat @B@/secret.txt" -->', ".htaccess": INCLUDES}, "/linked/linked/ssi-exec/p.shtml",
  host="c.example")
T("linked/lua-hook", {"x.txt": "x", "x.lua": HOOK, ".htaccess": "LuaHookFixups @D@/x.lua f\n"}, "/linked/linked/lua-hook/x.txt",
  host="c.example")
T("linked/passphrase", {"x.txt": "x", ".htaccess": 'Session on\nSessionCryptoPassphrase "exec:/bin/sleep 6"\n'},
  "/linked/linked/passphrase/x.txt", HANGS, host="c.example")

# ---- mod_dav, where the administrator has it: B/drop is a directory where Apache may write ----
DONE = (201, 204)
DROP = {"x.txt": "x", "own/": "", "d": link("@B@/drop")}
T("write/dav-put", DROP, "d/new.txt", DONE, method="PUT", body=b"x")
T("write/dav-over", DROP, "d/there.txt", DONE, method="PUT", body=b"x")
T("write/dav-mkcol", DROP, "d/made", DONE, method="MKCOL")
T("write/dav-delete", DROP, "d/gone.txt", DONE, method="DELETE")
T("write/dav-copy-in", DROP, "x.txt", DONE, method="COPY", head={"Destination": "http://a.example@U@/d/copied.txt"})
T("write/dav-copy-out", DROP, "d/there.txt", DONE, method="COPY", head={"Destination": "http://a.example@U@/own/copied.txt"})
T("write/dav-copy-tree", DROP, "d/", DONE, method="COPY", head={"Destination": "http://a.example@U@/own/tree"})
T("write/dav-move-out", DROP, "d/moved.txt", DONE, method="MOVE", head={"Destination": "http://a.example@U@/own/moved.txt"})
T("write/dav-move-in", DROP | {"own/x.txt": "x"}, "own/x.txt", DONE, method="MOVE", head={"Destination": "http://a.example@U@/d/moved-in.txt"})
T("write/dav-lock", DROP, "d/locked.txt", (200, 201), method="LOCK", head={"Depth": "0"}, body=
  b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>')
T("write/dav-property", DROP, "d/there.txt", b"HTTP/1.1 200 OK", method="PROPPATCH", body=
  b'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:x="x"><D:set><D:prop><x:a>b</x:a></D:prop></D:set></D:propertyupdate>')
T("read/dav-destination-host", DROP, "x.txt", DONE, method="COPY", head={"Destination": "http://b.example/drop/host.txt"}, closed=True)

# ---- other names of files ----
T("read/userdir", {}, "/~john/secret.txt")
T("read/userdir-ssi", {"p.shtml": '<!--#include virtual="/~john/secret.txt" -->', ".htaccess": INCLUDES}, "p.shtml")
LINKED = {"d": link("@B@"), "\u00fc": link("@B@")}
T("read/path-slashes", LINKED, "d///secret.txt")
T("read/path-dot", LINKED, "./d/./secret.txt")
T("read/path-dots", LINKED, "d/../d/lists/../secret.txt")
T("read/path-encoded", LINKED, "%64/%73ecret.txt")
T("read/path-utf8", LINKED, "%C3%BC/secret.txt")
T("read/path-long", LINKED, "d/" + "./" * 3500 + "secret.txt")
T("read/path-info", {"l.txt": link("@B@/secret.txt"), ".htaccess": "AcceptPathInfo on\n"}, "l.txt/more")
T("read/path-query", LINKED, "d/secret.txt?x=/../..;y")
T("read/path-absolute", LINKED, "http://a.example/t/read/path-absolute/d/secret.txt", not_by=("h2", "tls"))
T("read/path-encoded-slash", LINKED, "d%2fsecret.txt", closed=True)
T("read/path-nul", LINKED, "d/secret.txt%00.txt", closed=True)
T("read/path-semicolon", LINKED, "d/secret.txt;x", closed=True)
T("read/path-out-encoded", {}, "/..%2fb.example/secret.txt", closed=True)
T("read/path-out-double", {}, "/%252e%252e/b.example/secret.txt", closed=True)
T("read/path-out-backslash", {}, "/..\\b.example/secret.txt", closed=True)
T("read/link-ranges", {"l.txt": link("@B@/secret.txt")}, "l.txt", b"SECRET", head={"Range": "bytes=0-5,7-8,-4"})
T("oracle/link-conditional", {"l.txt": link("@X@")}, "l.txt", DIFFERS, head={"If-Match": '"x"'})
T("oracle/link-modified", {"l.txt": link("@X@")}, "l.txt", DIFFERS, head={"If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT"})
T("read/type-map-dir", {"v.var": "URI: d/secret.txt\nContent-Type: text/plain\n\n", "d": link("@B@"), ".htaccess":
                        "AddHandler type-map .var\n"}, "v.var")
T("list/speling-case", {"d": link("@B@"), ".htaccess": "CheckSpelling on\nCheckCaseOnly on\n"}, "d/SECRET.TXT", b"secret.txt")

# ---- what other hosts and the server have ----
VALUE = b"VALUE-OF-B"
T("read/define", {"x.txt": "x", ".htaccess": 'Header set X-Is "${PASSWORD_OF_B}"\n'}, "x.txt", VALUE)
T("read/define-redirect", {"x.txt": "x", ".htaccess": REWRITE + "RewriteRule go http://x.example/${PASSWORD_OF_B} [R]\n"}, "go", VALUE)
T("read/define-environment", {"x.txt": "x", ".htaccess": 'SetEnv IS ${PASSWORD_OF_B}\nHeader set X-Is %{IS}e\n'}, "x.txt", VALUE)
T("read/define-continued", {"x.txt": "x", ".htaccess": 'Header set X-Is "$\\\n{PASS\\\nWORD_OF_B}"\n'}, "x.txt", VALUE)
T("read/define-long", {"x.txt": "x", ".htaccess": 'Header set X-Is "' + "x" * 181 + '${PASSWORD_OF_B}"\n'}, "x.txt", VALUE)
T("server/environment-rewrite", {"x.txt": "x", ".htaccess": REWRITE + "RewriteRule go http://x.example/%{ENV:KEY_OF_APACHE} [R]\n"}, "go",
  b"ENVIRONMENT-OF-APACHE")
T("read/macro-defined", {"x.txt": "x", ".htaccess": '<Macro M>\nHeader set X-Is MACRO-OF-B\n</Macro>\nUse M\n'}, "x.txt", b"MACRO-OF-B")
T("read/macro", {"x.txt": "x", ".htaccess": 'Use OfB\n'}, "x.txt", b"MACRO-OF-B")
T("server/environment", {"x.txt": "x", ".htaccess": 'Header set X-Is "${KEY_OF_APACHE}"\n'}, "x.txt", b"ENVIRONMENT-OF-APACHE")
T("server/pass-env", {"x.txt": "x", ".htaccess": 'PassEnv KEY_OF_APACHE\nHeader set X-Is %{KEY_OF_APACHE}e\n'}, "x.txt", b"ENVIRONMENT-OF-APACHE")
T("server/osenv", {"x.txt": "x", ".htaccess": 'Header set X-Is "expr=%{osenv:KEY_OF_APACHE}"\n'}, "x.txt", b"ENVIRONMENT-OF-APACHE")
SOCACHE = BASIC.replace("file", "socache file") + "AuthnCacheProvideFor file\nRequire valid-user\n"
MEMBERS = {"path": "/members/x.txt", "host": "b.example"}
T("oracle/auth-cache", {"x.txt": "in", ".htaccess": 'AuthnCacheContext "b.example/members"\n' + SOCACHE}, "x.txt", 200, user=BOB,
  closed=True, before=MEMBERS | {"user": BOB})
T("write/auth-cache", {"x.txt": "in", "p": "ann:@HASH-ANN@\n", ".htaccess": 'AuthnCacheContext "b.example/members"\n' + SOCACHE + "AuthUserFile @D@/p\n"},
  "/members/x.txt", 200, user=ANN, host="b.example", closed=True, before={"path": "/t/write/auth-cache/x.txt", "host": "a.example", "user": ANN})

T("oracle/ssl-authority", {"x.txt": "x", ".htaccess": "SSLCACertificateFile @X@\n"}, "x.txt", DIFFERS, closed=True)

# ---- other ways to a socket ----
T("use/fd", {"x.it": "x", ".htaccess": 'SetHandler "proxy:fd:///run/app/b.sock"\n'}, "x.it", REACHES, closed=True)
for scheme in ("ajp", "ws", "h2c"):
    T(f"use/{scheme}", {".htaccess": REWRITE + f"RewriteRule go unix:/run/app/b.sock|{scheme}://localhost/go [P]\n"}, "go", REACHES,
      head={"Upgrade": "websocket", "Connection": "Upgrade"} if scheme == "ws" else {})

# ---- what httpd closes itself ----
T("httpd/rewrite-path", {".htaccess": REWRITE + "RewriteRule go @B@/secret.txt\n"}, "go", closed=True)
T("httpd/rewrite-dots", {".htaccess": REWRITE + "RewriteRule go ../../../../b.example/secret.txt\n"}, "go", closed=True)
T("httpd/rewrite-root", {".htaccess": REWRITE + "RewriteRule go %{DOCUMENT_ROOT}/../b.example/secret.txt\n"}, "go", closed=True)
T("httpd/index-dots", {".htaccess": "DirectoryIndex ../../../../b.example/secret.txt\n"}, "", closed=True)
T("httpd/index-path", {".htaccess": "DirectoryIndex @B@/secret.txt\n"}, "", closed=True)
T("httpd/error-dots", {".htaccess": "ErrorDocument 404 /../b.example/secret.txt\n"}, "none", closed=True)
T("httpd/readme-dots", {".htaccess": FANCY + "ReadmeName ../../../../b.example/secret.html\n"}, "", closed=True)
T("httpd/readme-path", {".htaccess": FANCY + "ReadmeName @B@/secret.html\n"}, "", closed=True)
T("httpd/rewrite-map", {".htaccess": REWRITE + "RewriteMap m txt:@B@/secret.txt\n"}, "x", closed=True)
T("httpd/ssi-file-dots", {"p.shtml": '<!--#include file="../../../../b.example/secret.txt" -->', ".htaccess": INCLUDES}, "p.shtml",
  closed=True)
T("httpd/ssi-virtual-dots", {"p.shtml": '<!--#include virtual="/../b.example/secret.txt" -->', ".htaccess": INCLUDES}, "p.shtml",
  closed=True)
T("httpd/ssi-expr", {"p.shtml": "<!--#if expr=\"file('@B@/secret.txt') =~ /SECRET/\" -->SECRET-OF-B<!--#endif -->",
                     ".htaccess": INCLUDES}, "p.shtml", closed=True)
T("httpd/type-map-dots", {"v.var": "URI: ../../../../b.example/secret.txt\nContent-Type: text/plain\n\n",
                          ".htaccess": "AddHandler type-map .var\n"}, "v.var", closed=True)
T("httpd/lua-map", {".htaccess": "LuaMapHandler x @B@/x.lua\n"}, "x", closed=True)
T("httpd/x-sendfile-path", {"x.cgi": program(SENDFILE % ("%s", "@B@/secret.txt")), ".htaccess": CGI + "XSendFile on\n"}, "x.cgi",
  site="s.example", closed=True)
T("httpd/alias", {".htaccess": 'Alias /x "@B@"\n'}, "x", closed=True)
T("httpd/dots", {}, "/../b.example/secret.txt", closed=True)
T("httpd/dots-encoded", {}, "/%2e%2e/b.example/secret.txt", closed=True)
for name, line in (("header", "Header set X-Is \"expr=%{file:@B@/secret.txt}\""),
                   ("if", "<If \"file('@B@/secret.txt') =~ /SECRET/\">\nHeader set X-Is SECRET-OF-B\n</If>"),
                   ("setenvif", "SetEnvIfExpr \"file('@B@/secret.txt') =~ /(SECRET.*)/\" IS=$1\nHeader set X-Is %{IS}e"),
                   ("require", "Require expr \"file('@B@/secret.txt') =~ /SECRET/\"\nHeader always set X-Is SECRET-OF-B"),
                   ("error-document", "ErrorDocument 404 \"%{file:@B@/secret.txt}\""),
                   ("redirect", "RedirectMatch 307 go http://x/%{file:@B@/secret.txt}")):
    T("httpd/expr-" + name, {"x.txt": "x", ".htaccess": line + "\n"}, "none" if name == "error-document" else "x.txt", closed=True)

# ---- other services on loopback: a known limit ----
T("net/http", {".htaccess": REWRITE + "RewriteRule go http://127.0.0.1:5055/go [P]\n"}, "go", b"APP-OF-B", network=True)
T("net/php", {"x.php": "<?php echo file_get_contents('http://127.0.0.1:5055/');"}, "x.php", b"APP-OF-B", network=True)

# ======== what must keep working ========
OWN_DAV = {"own/": "", "own/x.txt": "own text"}
W("dav-put", OWN_DAV, "own/new.txt", DONE, method="PUT", body=b"x")
W("dav-list", OWN_DAV, "own/", 207, method="PROPFIND", head={"Depth": "1"})
W("dav-copy", OWN_DAV, "own/x.txt", DONE, method="COPY", head={"Destination": "http://a.example@U@/own/y.txt"})
W("dav-move", OWN_DAV, "own/x.txt", DONE, method="MOVE", head={"Destination": "http://a.example@U@/own/z.txt"}, before={"method": "PUT", "body": b"own text"})
W("members", {}, "/members/x.txt", b"members' text", host="b.example", user=BOB)
W("auth-cache", {"x.txt": "own text", "p": "ann:@HASH-ANN@\n", ".htaccess": SOCACHE + "AuthUserFile @D@/p\n"}, "x.txt", b"own text", user=ANN)
W("variable", {"x.txt": "x", ".htaccess": 'Header set X-Own "${NOT_DEFINED}yes"\n' + "# " + "x" * 8000 + "\nHeader set X-Its \\\n  own\n"}, "x.txt", b"X-Its: own")
W("environment", {"x.txt": "x", ".htaccess": "PassEnv PATH\nHeader set X-Own %{PATH}e\n"}, "x.txt", b"X-Own: /")
W("dollar", {"x.txt": "x", ".htaccess": REWRITE + 'RewriteCond x$1 ^x$\nRewriteRule ^(no)?go$ http://x.example/${lower:OWN} [R]\n'}, "go", b"http://x.example/own")
W("linked", {"x.txt": "own text", ".htaccess": "Header set X-Own yes\n"}, "/linked/linked/x.txt", b"own text", host="c.example")
W("static", {"x.txt": "own text"}, "x.txt", b"own text")
W("php", {"x.php": "<?php echo 'own ', 6 * 7;"}, "x.php", b"own 42")
W("php-post", {"x.php": "<?php echo strrev(file_get_contents('php://input'));"}, "x.php", b"cba", method="POST", body=b"abc")
W("not-found", {}, "none", 404)
W("range", {"x.txt": "0123456789"}, "x.txt", b"\r\n\r\n234", head={"Range": "bytes=2-4"})
W("not-modified", {"x.txt": "x"}, "x.txt", 304, head={"If-None-Match": "*"})
W("head", {"x.txt": "0123456789"}, "x.txt", b"Content-Length: 10", method="HEAD")
W("htaccess", {"x.txt": "x", ".htaccess": "Header set X-Own yes\n"}, "x.txt", b"X-Own: yes")
W("link-relative", {"l.txt": link("x.txt"), "x.txt": "own text"}, "l.txt", b"own text")
W("link-absolute", {"l.txt": link("@D@/x.txt"), "x.txt": "own text"}, "l.txt", b"own text")
W("link-dir", {"l": link("d"), "d/x.txt": "own text"}, "l/x.txt", b"own text")
W("link-owner-match", {"l.txt": link("x.txt"), "x.txt": "own text", ".htaccess":
                       "Options -FollowSymLinks +SymLinksIfOwnerMatch\n"}, "l.txt", b"own text")
W("link-shared", {"wp-content": link("/home/john/shared")}, "wp-content/x.txt", b"SHARED-TEXT")
W("link-usr", {"pma": link("/usr/share/box-tool")}, "pma/x.txt", b"TOOL-TEXT")
W("alias-usr", {}, "/tool/x.txt", b"TOOL-TEXT")
W("alias-www", {}, "/.well-known/acme-challenge/token", b"ACME-TEXT")
W("error-page-server", {}, "/none-at-all", b"SERVERS-404")
W("error-page-own", {"e.html": "own 404", ".htaccess": "ErrorDocument 404 @U@/e.html\n"}, "none", b"own 404")
W("icons", {}, "/icons/folder.gif", 200)
W("deployer", {}, "/x.txt", b"RELEASE-1", host="d.example")
W("deployer-php", {}, "/x.php", b"own 42", host="d.example")
W("listing", {"d/own-name.txt": "x", ".htaccess": INDEX}, "d/", b"own-name.txt")
W("multiviews", {"v.html": "own view", ".htaccess": "Options +MultiViews\n"}, "v", b"own view")
W("directory-index", {"i.txt": "own index", ".htaccess": "DirectoryIndex i.txt\n"}, "", b"own index")
W("front-controller", {"x.php": "<?php echo 'front of ', $_SERVER['REQUEST_URI'];", ".htaccess":
                       REWRITE + "RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . x.php [L]\n"}, "any/thing", b"front of ")
W("front-controller-file", {"x.php": "<?php echo 'front';", "f.txt": "own text", ".htaccess":
                            REWRITE + "RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . x.php [L]\n"}, "f.txt", b"own text")
W("fallback", {"x.php": "<?php echo 'fallback';", ".htaccess": "FallbackResource @U@/x.php\n"}, "any", b"fallback")
W("if-own", {"x.txt": "x", ".htaccess": "<If \"-f '@D@/x.txt'\">\nHeader set X-Own yes\n</If>\n"}, "x.txt", b"X-Own: yes")
W("auth", {"x.txt": "own text", "p": "ann:@HASH-ANN@\n", ".htaccess": BASIC + "AuthUserFile @D@/p\nRequire valid-user\n"}, "x.txt",
  b"own text", user=ANN)
W("auth-home", {"x.txt": "own text", ".htaccess": BASIC + "AuthUserFile /home/john/.htpasswds/a.example/t/passwd\nRequire valid-user\n"},
  "x.txt", b"own text", user=ANN)
W("auth-panels", {"x.txt": "own text"}, "x.txt", b"own text", user=ANN)
W("auth-panels-wrong", {"x.txt": "own text"}, "/t/auth-panels/x.txt", 401, user=BOB)
W("auth-around", {"x.txt": "own text", ".htaccess": BASIC + "AuthUserFile /home/john/outer/.htpasswd/in/passwd\nRequire valid-user\n"},
  "x.txt", b"own text", user=ANN, site="in.example")
W("auth-outside", {"x.txt": "own text", ".htaccess": BASIC + "AuthUserFile /var/www/passwords/a\nRequire valid-user\n"}, "x.txt",
  b"own text", user=ANN)
W("auth-wrong", {"x.txt": "own text", "p": "ann:@HASH-ANN@\n", ".htaccess": BASIC + "AuthUserFile @D@/p\nRequire valid-user\n"},
  "x.txt", 401, user=("ann", "wrong"))
LOGIN = ("AuthType form\nAuthName x\nAuthFormProvider file\nAuthUserFile @D@/p\nRequire valid-user\nSession on\nSessionCookieName s path=/\n"
         "ErrorDocument 401 \"log in\"\n<Files go>\nSetHandler form-login-handler\nAuthFormLoginSuccessLocation @U@/x.txt\n</Files>\n"
         "<Files out>\nSetHandler form-logout-handler\nAuthFormLogoutLocation @U@/x.txt\n</Files>\n")
W("auth-form", {"x.txt": "own text", "go": "", "p": "ann:@HASH-ANN@\n", ".htaccess": LOGIN}, "go", b"s=x-user=ann", method="POST",
  head={"Content-Type": "application/x-www-form-urlencoded"}, body=b"httpd_username=ann&httpd_password=annspass")
W("reflector", {"go": "", ".htaccess": "SetHandler reflector\n"}, "go", b"abcd", method="POST", body=b"abcd")
W("app", {}, "/tool/app.php", b"tool serves")
W("app-ssi", {"p.shtml": '<!--#include virtual="/tool/app.php" -->', ".htaccess": INCLUDES}, "p.shtml", b"tool serves")
W("tool", {}, "/cgi-bin/tool", b"tool runs")
W("tool-error-document", {".htaccess": "ErrorDocument 404 /cgi-bin/tool\n"}, "none", b"tool runs")
W("auth-form-out", {"go": "", "x.txt": "own text", ".htaccess": "<Files out>\nSetHandler form-logout-handler\nSession on\n"
                    "SessionCookieName s path=/\n</Files>\n"}, "out", 200)
W("tool-ssi", {"p.shtml": '<!--#include virtual="/cgi-bin/tool" -->', ".htaccess": INCLUDES}, "p.shtml", b"tool runs")
W("ssi-file", {"p.shtml": '<!--#include file="x.txt" -->', "x.txt": "own text", ".htaccess": INCLUDES}, "p.shtml", b"own text")
W("ssi-virtual", {"p.shtml": '<!--#include virtual="@U@/x.php" -->', "x.php": "<?php echo 'own ', 6 * 7;", ".htaccess": INCLUDES},
  "p.shtml", b"own 42")
W("own-socket", {"x.php": POOL, ".htaccess": '<Files x.php>\nSetHandler "proxy:unix:/run/php/a.example.sock|fcgi://localhost"\n</Files>\n'}, "x.php",
  b"ran in pool of a")
W("own-app", {".htaccess": REWRITE + "RewriteRule go http://127.0.0.1:5055/go [P]\n"}, "go", b"APP-OF-B")
W("cgi-suexec", {"x.cgi": program("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; id -un\n"), ".htaccess": CGI}, "x.cgi",
  b"\r\n\r\njohn", site="s.example")
W("cgi-bare", {"x.cgi": program("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; echo own program\n"), ".htaccess": CGI},
  "x.cgi", b"own program")
W("x-sendfile", {"x.cgi": program(SENDFILE % ("%s", "x.txt")), "x.txt": "own text", ".htaccess": CGI + "XSendFile on\n"}, "x.cgi",
  b"own text", site="s.example")
W("sibling", {}, "/secret.txt", SECRET, host="b.example")
W("sibling-php", {}, "/pool.php", IN_B, host="b.example")
W("sibling-port", {}, "/pool.php", IN_T, host="t.example")
W("open-sibling", {"x.txt": "own text"}, "x.txt", b"own text", site="c.example")
W("stranger", {"x.php": POOL}, "x.php", b"ran in pool of n", site="n.example")
W("isolated-stranger", {"x.php": POOL}, "x.php", b"ran in pool of m", site="m.example")
W("nested-own-name", {}, "/secret.txt", b"SECRET-OF-CORE", host="core.example")
W("nested-php", {}, "/config.php", b"core serves", host="core.example")
W("nested-outer-name", {"x.txt": "own text"}, "x.txt", b"own text", site="in.example", host="outer.example", below="/in")
W("nested-outer-page", {}, "/in/none-at-all", b"OUTERS-404", host="outer.example")
W("outer", {}, "/index.html", b"outer serves", host="outer.example")
