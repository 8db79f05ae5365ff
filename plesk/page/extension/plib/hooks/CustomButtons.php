<?php
// SPDX-License-Identifier: GPL-2.0-or-later
class Modules_Sitecage_CustomButtons extends pm_Hook_CustomButtons
{
    public function getButtons()
    {
        $owner = ['title' => 'Website Isolation', 'description' => 'Isolates your websites from each other',
            'icon' => pm_Context::getBaseUrl() . 'sitecage.svg', 'link' => pm_Context::getActionUrl('index', 'index')];
        $admin = ['title' => 'Website Isolation', 'description' => 'Isolation of the websites on this server',
            'icon' => pm_Context::getBaseUrl() . 'sitecage.svg', 'link' => pm_Context::getActionUrl('index', 'admin')];
        return [
            ['place' => self::PLACE_DOMAIN_PROPERTIES, 'contextParams' => true] + $owner,
            ['place' => self::PLACE_HOSTING_PANEL_NAVIGATION] + $owner,
            ['place' => self::PLACE_ADMIN_TOOLS_AND_SETTINGS, 'section' => self::SECTION_ADMIN_TOOLS_SECURITY] + $admin,
            ['place' => self::PLACE_ADMIN_NAVIGATION] + $admin,
        ];
    }
}
