-- What of Plesk's database Sitecage asks (App-Plesk-DB's schema and the columns that later versions added).
CREATE TABLE clients(id INTEGER PRIMARY KEY, login TEXT, cname TEXT, pname TEXT, email TEXT, status INTEGER DEFAULT 0);
CREATE TABLE sys_users(id INTEGER PRIMARY KEY, login TEXT UNIQUE, account_id INTEGER DEFAULT 0, home TEXT);
CREATE TABLE domains(id INTEGER PRIMARY KEY, name TEXT UNIQUE, displayName TEXT, htype TEXT DEFAULT 'vrt_hst',
    status INTEGER DEFAULT 0, cl_id INTEGER DEFAULT 1, webspace_id INTEGER DEFAULT 0, parentDomainId INTEGER DEFAULT 0);
CREATE TABLE hosting(dom_id INTEGER PRIMARY KEY, sys_user_id INTEGER DEFAULT 0, www_root TEXT);
CREATE TABLE domain_aliases(id INTEGER PRIMARY KEY, dom_id INTEGER, name TEXT UNIQUE, displayName TEXT,
    status INTEGER DEFAULT 0, web TEXT DEFAULT 'true');
