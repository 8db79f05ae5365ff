<?php
/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tries every way to a document root (?target=/path) that has secret.txt, page.php and run.sh, and prints the names of
 * those that got something, or "nothing". What it changes it changes back. */
error_reporting(0);
$t = $_GET['target'];
$own = __DIR__;
$secret = "$t/secret.txt";
$won = [];

function way($name, $got)
{
    global $won;
    if ($got)
        $won[] = $name;
}

function is_secret($text)
{
    return is_string($text) && strpos($text, 'secret of') !== false;
}

way('read', is_secret(file_get_contents($secret)));
way('fopen', ($f = fopen($secret, 'r')) && is_secret(fgets($f)) && fclose($f));
$up = str_repeat('/..', substr_count($own, '/'));
way('dotdot', is_secret(file_get_contents("$own$up$secret")));
chdir($own);
way('relative', is_secret(file_get_contents(substr($up, 1) . $secret)));
symlink($secret, "$own/l1");
way('link-to-file', is_secret(file_get_contents("$own/l1")));
symlink($t, "$own/l2");
way('link-to-directory', is_secret(file_get_contents("$own/l2/secret.txt")));
way('list-link', is_array($l = scandir("$own/l2/")) && in_array('secret.txt', $l));
way('hard-link', link($secret, "$own/l3"));
way('copy', copy($secret, "$own/l4"));
way('opendir', ($d = opendir($t)) && readdir($d) !== false);
way('scandir', is_array($l = scandir($t)) && in_array('secret.txt', $l));
way('glob', (bool)glob("$t/secret*"));
way('glob-parent', in_array($secret, glob(dirname($t) . '/*/secret.txt')));
way('stat', (bool)stat($secret));
way('exists', file_exists($secret));
way('append', file_put_contents($secret, '', FILE_APPEND) !== false);
way('create', file_put_contents("$t/new.txt", 'x'));
way('touch', touch("$t/new2.txt"));
way('mkdir', mkdir("$t/new-dir"));
way('symlink', symlink('/etc/passwd', "$t/new-link"));
way('move-in', file_put_contents("$own/moved", 'x') && rename("$own/moved", "$t/moved"));
way('move-out', rename("$t/run.sh", "$own/taken") && rename("$own/taken", "$t/run.sh"));
way('move-it', rename($t, "$own/stolen") && rename("$own/stolen", $t));
way('move-aside', rename($t, "$t.aside") && rename("$t.aside", $t));
way('chmod', chmod($secret, 0644));
way('chmod-it', chmod($t, 0755));
way('chdir', chdir($t));
chdir($own);
way('include', (include "$t/page.php") === 'included');
way('highlight', strpos(highlight_file("$t/page.php", true), 'secret') !== false);
way('run', is_secret(shell_exec("$t/run.sh")));
way('cat', is_secret(shell_exec("cat $secret")));
way('ls', strpos(shell_exec("ls -R $t/ 2>&1"), 'secret.txt') !== false);
way('tar', is_secret(shell_exec("tar -cf - $t")));
way('find', is_secret(shell_exec("find / -xdev -name secret.txt -path '*$t*' -exec cat {} +; find /.sitecage /home -name secret.txt -path '*$t*' -exec cat {} +")));
way('proc-self-root', is_secret(file_get_contents("/proc/self/root$secret")));
way('proc-root', is_secret(shell_exec("cat /proc/[0-9]*/root$secret")));
$cwd = $fd = '';
foreach (glob('/proc/[0-9]*') as $p) {
    if (realpath("$p/cwd") === $t || substr(readlink("$p/cwd"), -strlen($t)) === $t)
        $cwd .= file_get_contents("$p/cwd/secret.txt");
    foreach (scandir("$p/fd") ?: [] as $n)
        if (substr(readlink("$p/fd/$n"), -11) === '/secret.txt')
            $fd .= file_get_contents("$p/fd/$n");
}
way('proc-cwd', is_secret($cwd));
way('proc-fd', is_secret($fd));
shell_exec("rm -rf $own/l1 $own/l2 $own/l3 $own/l4 $own/moved $own/taken " .
           "$t/new.txt $t/new2.txt $t/new-dir $t/new-link $t/moved");
echo $won ? implode(' ', $won) : 'nothing';
