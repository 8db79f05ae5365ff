<?php
// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page in Plesk. It decides nothing but whose request it is: the panel's session says which client asks and whether
 * a subscription is his; the program runs as the subscription's system user, or for the administrator as root.
 */
class IndexController extends pm_Controller_Action
{
    const PROGRAM = '/usr/libexec/sitecage/sitecage-page';
    const BODY_MAX = 65536; // it is handed on as one argument

    /** The page of one subscription; without a number, of the first one. */
    public function indexAction()
    {
        $domains = $this->domains();
        $domain = $this->domain($this->_getParam('dom_id', $this->_getParam('site_id'))) ?: reset($domains);
        $this->show($domain ? 'ask?dom_id=' . (int)$domain->getId() : '', false);
        $this->view->others = $domains;
        $this->view->current = $domain ? $domain->getId() : 0;
    }

    public function adminAction()
    {
        if (!pm_Session::getClient()->isAdmin())
            throw new pm_Exception('Permission denied');
        $this->show('ask-admin', true);
        $this->view->others = [];
        $this->_helper->viewRenderer('index');
    }

    /** One request of the owner's page. */
    public function askAction()
    {
        $domain = $this->domain($this->_getParam('dom_id'));
        if (!$this->allowed(false) || !$domain)
            return $this->refuse();
        $this->answer(pm_ApiCli::callDomain($domain, $domain->getHomePath(), self::PROGRAM, ['pipe', $this->document()], pm_ApiCli::RESULT_FULL));
    }

    /** One request of the administrator's page; sbin/sitecage-page is run as root. */
    public function askAdminAction()
    {
        if (!$this->allowed(true) || !pm_Session::getClient()->isAdmin())
            return $this->refuse();
        $this->answer(pm_ApiCli::callSbin('sitecage-page', [$this->document()], pm_ApiCli::RESULT_FULL));
    }

    private function show($endpoint, $admin)
    {
        $this->view->pageTitle = pm_Locale::lmsg('title');
        $this->view->endpoint = $endpoint ? pm_Context::getBaseUrl() . 'index.php/index/' . $endpoint : '';
        $this->view->assets = pm_Context::getBaseUrl();
        $this->view->token = $this->token($admin);
        $this->view->admin = $admin;
        $this->view->lang = pm_Locale::getCode();
    }

    /** A request of this page in this session: a POST with the token in a header that no other website can set. */
    private function allowed($admin)
    {
        $given = (string)$this->getRequest()->getHeader('X-Sitecage-Token');
        $from = $this->getRequest()->getHeader('Sec-Fetch-Site');
        return $this->getRequest()->isPost() && hash_equals($this->token($admin), $given) && (!$from || $from === 'same-origin');
    }

    private function token($admin)
    {
        return hash('sha256', 'sitecage-page ' . ($admin ? 'admin' : 'owner') . ' ' . pm_Session::getClient()->getId() . ' ' . session_id());
    }

    /** The subscription of that number, if it is the client's; null. */
    private function domain($id)
    {
        if (!is_scalar($id) || !ctype_digit((string)$id) || !pm_Session::getClient()->hasAccessToDomain((int)$id))
            return null;
        return pm_Domain::getByDomainId((int)$id);
    }

    /** One of each subscription that the client may see: their system users own the websites. */
    private function domains()
    {
        $found = [];
        foreach (pm_Domain::getAllDomains() as $domain) {
            if ($domain->hasHosting() && pm_Session::getClient()->hasAccessToDomain($domain->getId()) && !isset($found[$domain->getSysUserLogin()]))
                $found[$domain->getSysUserLogin()] = $domain;
        }
        return $found;
    }

    private function document()
    {
        $body = $this->getRequest()->getRawBody();
        if (strlen($body) > self::BODY_MAX || substr($body, 0, 1) !== '{')
            $body = '{}'; // refused, in the program's words
        return $body;
    }

    private function refuse()
    {
        $this->send(403, json_encode(['result' => 'error', 'message' => 'this page is of another session: load it again', 'code' => 'bad_token']));
    }

    private function answer($result)
    {
        $text = isset($result['stdout']) ? $result['stdout'] : '';
        if (substr($text, 0, 1) !== '{')
            $text = json_encode(['result' => 'error', 'message' => 'the program gave no answer', 'code' => 'system_error']);
        $this->send(200, $text);
    }

    private function send($status, $text)
    {
        $this->_helper->viewRenderer->setNoRender();
        $this->_helper->layout->disableLayout();
        $this->getResponse()->setHttpResponseCode($status)->setHeader('Content-Type', 'application/json; charset=utf-8', true)
            ->setHeader('Cache-Control', 'no-store', true)->setHeader('X-Content-Type-Options', 'nosniff', true)->setBody($text);
    }
}
