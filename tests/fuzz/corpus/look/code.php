require "/home/u/lib/a.php"; $d = getenv("HOME") . "/data/$x"; include dirname(dirname(__FILE__)) . "/../b";
