# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of a panel's day share: sites that say who they are and read what they are told. Source it after lib.sh.
#
#   day_files USER DOCROOT SECRET   what a site is
#   reads, reads_not DOMAIN FILE    the site's PHP prints the file, or nothing
#   serves, serves_not DOMAIN SECRET   it is that site, or not
#   soon CHECK...                   a change is in force; day_soon=2 in tests/panels: as soon as is promised

# By a program, as open_basedir of panels' pools stops functions alone.
day_files()
{
    as_user "$1" mkdir -p "$2" && echo "secret of $3" | put_file "$1" "$2/secret.txt" 644 &&
        echo "<?php echo 'ok of $3';" | put_file "$1" "$2/ok.php" 644 &&
        echo '<?php echo shell_exec("cat ".escapeshellarg($_GET["f"])." 2>/dev/null"), "end";' | put_file "$1" "$2/read.php" 644
}

reads() { [ "$(http "$1" "/read.php?f=$2")" = "$(cat "$2")"$'\n'end ]; }
reads_not() { [ "$(http "$1" "/read.php?f=$2")" = end ]; }
serves() { [ "$(http "$1" /ok.php)" = "ok of $2" ]; }
serves_not() { ! serves "$@"; }
listed() { cagefsctl --site-isolation-list "$1" | grep -qxF -- "$2"; }
soon() { wait_until "${day_soon:-20}" "$@"; }
