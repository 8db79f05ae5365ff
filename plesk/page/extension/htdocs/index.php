<?php
// SPDX-License-Identifier: GPL-2.0-or-later
pm_Context::init('sitecage');
$application = new pm_Application();
$application->run();
