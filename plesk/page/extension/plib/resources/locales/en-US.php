<?php
// SPDX-License-Identifier: GPL-2.0-or-later
$messages = [
    'title' => 'Website Isolation',
    'description' => 'Isolates your websites from each other',
    'admin-description' => 'Isolation of the websites on this server',
    'subscriptions' => 'Subscriptions',
    'no-subscription' => 'There is no subscription with web hosting.',
];
