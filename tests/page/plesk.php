<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// A stand-in of Plesk's classes for extensions, as its public stubs and documentation have them: as much as the page uses.
// It runs as psaadm; who asks is in PLESK_CLIENT, which panel.py sets from its session.

class pm_Exception extends Exception {}

class pm_Context
{
    public static function init($id) {}
    public static function getBaseUrl() { return '/modules/sitecage/'; }
    public static function getActionUrl($controller, $action = 'index') { return "/modules/sitecage/index.php/$controller/$action"; }
}

class pm_Locale
{
    const FOLDER = '/usr/local/psa/admin/plib/modules/sitecage/resources/locales/';
    public static function getCode() { return getenv('PLESK_LOCALE') ?: 'en-US'; }
    private static function messages($code)
    {
        $messages = [];
        if (is_file(self::FOLDER . "$code.php"))
            include self::FOLDER . "$code.php";
        return $messages;
    }
    // A language that has no file or no such message is answered in English, what no file has in brackets.
    public static function lmsg($key) { return self::messages(self::getCode())[$key] ?? self::messages('en-US')[$key] ?? "[$key]"; }
}

class pm_Hook_CustomButtons
{
    const PLACE_DOMAIN_PROPERTIES = 'domain-properties', PLACE_HOSTING_PANEL_NAVIGATION = 'hosting-panel-navigation',
        PLACE_ADMIN_TOOLS_AND_SETTINGS = 'admin-tools-and-settings', SECTION_ADMIN_TOOLS_SECURITY = 'admin-tools-security',
        PLACE_ADMIN_NAVIGATION = 'admin-navigation';
}

class pm_Client
{
    public function getId() { return crc32(getenv('PLESK_CLIENT')); }
    public function isAdmin() { return getenv('PLESK_CLIENT') === 'admin'; }
    public function hasAccessToDomain($id)
    {
        $domain = pm_Domain::getByDomainId($id);
        return $domain && ($this->isAdmin() || in_array(getenv('PLESK_CLIENT'), [$domain->row['client'], $domain->row['reseller'] ?? ''], true));
    }
}

class pm_Session
{
    public static function getClient() { return new pm_Client; }
}

class pm_Domain
{
    public $row;
    public function __construct($row) { $this->row = $row; }
    public static function getAllDomains()
    {
        return array_map(fn ($row) => new pm_Domain($row), json_decode(file_get_contents('/tmp/plesk-domains.json'), true));
    }
    public static function getByDomainId($id)
    {
        foreach (self::getAllDomains() as $one)
            if ($one->getId() === $id)
                return $one;
        return null;
    }
    public function getId() { return $this->row['id']; }
    public function getName() { return $this->row['name']; }
    public function getSysUserLogin() { return $this->row['user']; }
    public function getHomePath() { return $this->row['home']; }
    public function hasHosting() { return true; }
}

class pm_ApiCli
{
    const RESULT_FULL = 1;
    private static function wrapper($user, $argv)
    {
        $s = stream_socket_client('unix:///tmp/plesk-wrapper/sock', $no, $text, 5);
        fwrite($s, json_encode(['user' => $user, 'argv' => $argv]) . "\n");
        return ['code' => 0, 'stdout' => stream_get_contents($s), 'stderr' => ''];
    }
    public static function callDomain($domain, $dir, $command, $args = [], $result = 5, $env = null)
    {
        return self::wrapper($domain->getSysUserLogin(), array_merge([$command], $args));
    }
    public static function callSbin($name, $args = [], $result = 5, $env = null)
    {
        return self::wrapper('root', array_merge(["/usr/local/psa/admin/sbin/modules/sitecage/$name"], $args));
    }
}

class Reply
{
    public $chosen = null, $renders = true;
    public function __get($name) { return $this; }
    public function viewRenderer($script) { $this->chosen = $script; }
    public function setNoRender() { $this->renders = false; }
    public function disableLayout() {}
    public function setHttpResponseCode($code) { http_response_code($code); return $this; }
    public function setHeader($name, $value, $replace = false) { header("$name: $value", $replace); return $this; }
    public function setBody($text) { echo $text; return $this; }
}

class View
{
    public function escape($text) { return htmlspecialchars($text, ENT_QUOTES); }
    public function render($file) { include $file; }
}

class Request
{
    public function isPost() { return $_SERVER['REQUEST_METHOD'] === 'POST'; }
    public function getHeader($name) { return $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? null; }
    public function getRawBody() { return file_get_contents('php://input'); }
}

class pm_Controller_Action
{
    public $view, $_helper;
    public function __construct()
    {
        $this->view = new View;
        $this->_helper = new Reply;
    }
    public function getRequest() { return new Request; }
    public function getResponse() { return $this->_helper; }
    protected function _getParam($name, $default = null) { return $_GET[$name] ?? $default; }
}

class pm_Application
{
    public function run()
    {
        [, $controller, $action] = explode('/', ($_SERVER['PATH_INFO'] ?? '') ?: '/index/index');
        // its own layer refuses each POST without its own token
        if ($_SERVER['REQUEST_METHOD'] === 'POST' && ($_SERVER['HTTP_X_FORGERY_PROTECTION_TOKEN'] ?? '') !== md5('forgery' . session_id())) {
            http_response_code(403);
            exit('forgery');
        }
        $plib = '/usr/local/psa/admin/plib/modules/sitecage';
        require "$plib/controllers/" . ucfirst($controller) . 'Controller.php';
        $name = lcfirst(str_replace('-', '', ucwords($action, '-'))) . 'Action';
        $class = ucfirst($controller) . 'Controller';
        $it = new $class;
        try {
            $it->$name();
        } catch (pm_Exception $why) {
            http_response_code(403);
            exit($why->getMessage());
        }
        if (!$it->_helper->renders)
            return;
        echo '<!doctype html><html lang="en"><head><title>Plesk</title><meta id="forgery_protection_token" name="forgery_protection_token" content="', md5('forgery' . session_id()), '"></head><body>';
        $it->view->render("$plib/views/scripts/$controller/" . ($it->_helper->chosen ?: $action) . '.phtml');
        echo '</body></html>';
    }
}

if (getenv('PLESK_MENU')) { // what the panel asks the hook when it draws its menus
    require '/usr/local/psa/admin/plib/modules/sitecage/hooks/CustomButtons.php';
    exit(json_encode((new Modules_Sitecage_CustomButtons)->getButtons(), JSON_UNESCAPED_UNICODE) . "\n");
}
session_id(getenv('PLESK_SESSION'));
require '/usr/local/psa/admin/htdocs/modules/sitecage/index.php';
