<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// The front controller of an application in a test of layouts (layouts.sh). $app says where things are: its document
// root, "config" (files that it reads, each with its own path in it) and "data" (directories that it writes).
// Runs in a request and on the command line.

function fault($text)
{
    echo "FAULT $text\n";
}

function work_with_files($app, $tag)
{
    foreach ($app['config'] as $file) {
        $text = @file_get_contents($file);
        if ($text === false || strpos($text, "secret of $file") === false)
            fault("cannot read $file");
    }
    foreach ($app['data'] as $dir) {
        $file = "$dir/made-by-$tag";
        if (@file_put_contents($file, $tag) === false || @file_get_contents($file) !== $tag)
            fault("cannot write in $dir");
        elseif (!@rename($file, "$file.renamed") || !@unlink("$file.renamed"))
            fault("cannot rename in $dir");
        if (!in_array('is-here', @scandir($dir) ?: []))
            fault("cannot list $dir");
    }
}

function work($app)
{
    work_with_files($app, 'web');
    session_start();
    if (isset($_GET['login']))
        $_SESSION['user'] = $_GET['login'];
    echo 'user ', $_SESSION['user'] ?? 'nobody', "\n";
    if (isset($_FILES['upload'])) {
        $to = $app['data'][0] . '/uploaded';
        if ($_FILES['upload']['error'] || !move_uploaded_file($_FILES['upload']['tmp_name'], $to))
            fault('cannot take an upload: ' . $_FILES['upload']['error']);
        echo 'upload ', @file_get_contents($to), "\n";
    }
    if (isset($_GET['mail']) && !mail('somebody@box.example', $_GET['mail'], 'body'))
        fault('cannot send mail');
}

// What of the files, a line each, shows: by its path, by a link, by include, by its directory, by a program.
function steal($app, $files)
{
    $link = $app['docroot'] . '/steal-' . getmypid();
    foreach (array_filter(explode("\n", $files)) as $file) {
        $is_secret = fn($text) => $text !== false && $text !== null && strpos($text, 'secret of') !== false;
        @symlink($file, $link);
        ob_start();
        @include $file;
        $included = ob_get_clean();
        $ways = ['path' => @file_get_contents($file), 'link' => @file_get_contents($link), 'include' => $included,
            'program' => @shell_exec('cat ' . escapeshellarg($file) . ' 2>/dev/null')];
        foreach ($ways as $way => $text)
            if ($is_secret($text))
                echo "GOT $file by $way\n";
        if (in_array(basename($file), @scandir(dirname($file)) ?: []))
            echo "GOT $file by its directory\n";
        $left = dirname($file) . '/left-by-a-sibling'; // layouts.sh looks for it
        @file_put_contents($left, 'x') || @shell_exec('echo >' . escapeshellarg($left) . ' 2>/dev/null');
        @unlink($link);
    }
    echo "done\n";
}

if (PHP_SAPI === 'cli') {
    work_with_files($app, 'cli');
    echo "cli done in ", getcwd(), "\n";
    if (isset($argv[1]) && $argv[1] === 'steal')
        steal($app, stream_get_contents(STDIN));
} elseif (isset($_POST['steal'])) {
    steal($app, $_POST['steal']);
} else {
    work($app);
    echo "web done\n";
}
