<?php
// SPDX-License-Identifier: GPL-2.0-or-later
class Modules_Sitecage_CustomButtons extends pm_Hook_CustomButtons
{
    public function getButtons()
    {
        $icon = pm_Context::getBaseUrl() . 'sitecage.svg';
        $owner = ['title' => pm_Locale::lmsg('title'), 'description' => pm_Locale::lmsg('description'),
            'icon' => $icon, 'link' => pm_Context::getActionUrl('index', 'index')];
        $admin = ['title' => pm_Locale::lmsg('title'), 'description' => pm_Locale::lmsg('admin-description'),
            'icon' => $icon, 'link' => pm_Context::getActionUrl('index', 'admin')];
        return [
            ['place' => self::PLACE_DOMAIN_PROPERTIES, 'contextParams' => true] + $owner,
            ['place' => self::PLACE_HOSTING_PANEL_NAVIGATION] + $owner,
            ['place' => self::PLACE_ADMIN_TOOLS_AND_SETTINGS, 'section' => self::SECTION_ADMIN_TOOLS_SECURITY] + $admin,
            ['place' => self::PLACE_ADMIN_NAVIGATION] + $admin,
        ];
    }
}
