<?php
// SPDX-License-Identifier: GPL-2.0-or-later
$messages = [
    'title' => 'Abschottung von Websites',
    'description' => 'Schottet Ihre Websites voneinander ab',
    'admin-description' => 'Abschottung der Websites auf diesem Server',
    'subscriptions' => 'Abonnements',
    'no-subscription' => 'Es gibt kein Abonnement mit Webhosting.',
];
