# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What both kinds of guests need on the machine's side: qemu and its firmware, busybox, an initramfs.
# The caller has set store: where downloads are kept.
# shellcheck disable=SC2154

die()
{
    echo "${0##*/}: $*" >&2
    exit 1
}

# vm_tools: what is not installed is downloaded and extracted below $store/root; nothing is installed.
vm_tools()
{
    local kernel wanted deb
    if ! [ -e "$store/complete" ]; then
        kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^  Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
        [ -n "$kernel" ] || die "apt knows no linux-image-amd64: apt-get update?"
        mapfile -t wanted < <(apt-get install -s --no-install-recommends qemu-system-x86 busybox-static cpio kmod |
            awk '/^Inst/ { print $2 }')
        rm -rf "$store/debs" "$store/root"
        mkdir -p "$store/debs" "$store/root"
        (cd "$store/debs" && apt-get -q download "$kernel" busybox-static "${wanted[@]}") || die "cannot download"
        for deb in "$store"/debs/*.deb; do
            dpkg-deb -x "$deb" "$store/root"
        done
        rm -r "$store/debs"
        touch "$store/complete"
    fi
    # The machine's own programs where it has them.
    PATH=$PATH:$store/root/usr/bin:$store/root/bin:$store/root/sbin
}

# module_tool depmod|modprobe ARGUMENT...: of the package, whose links to it are absolute.
module_tool()
{
    local kmod=$store/root/bin/kmod
    [ -x "$kmod" ] || kmod=$(type -P kmod)
    (exec -a "$1" "$kmod" "${@:2}")
}

# vm_initramfs ROOT VERSION INIT OUT MODULE...: busybox, ROOT's modules in the order of their needs, and INIT.
vm_initramfs()
{
    local root=$1 version=$2 init=$3 out=$4 tree module file name
    shift 4
    tree=$(mktemp -d "$out.XXXXXX")
    mkdir -p "$tree/bin" "$tree/modules" "$tree/new" "$tree/proc" "$tree/dev"
    cp "$store/root/bin/busybox" "$tree/bin/"
    cp "$init" "$tree/init"
    chmod 755 "$tree/init"
    module_tool depmod -b "$root" "$version"
    for module; do
        module_tool modprobe -d "$root" -S "$version" -D --ignore-install "$module" 2>/dev/null || true
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
        name=${file##*/}
        case $name in
        *.xz) xz -dc "$file" >"$tree/modules/${name%.xz}" ;;
        *) cp "$file" "$tree/modules/" ;;
        esac
        echo "${name%.xz}" >>"$tree/modules/order"
    done
    [ -s "$tree/modules/order" ] || die "the modules of $version were not found"
    (cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$out"
    rm -rf "$tree"
}

# vm_qemu SECONDS ARGUMENT...: an emulated machine with two processors, its console on stdout. It needs no hardware
# virtualisation. It ends with this process, and after SECONDS.
vm_qemu()
{
    local limit=$1
    shift
    LD_LIBRARY_PATH=$store/root/usr/lib/x86_64-linux-gnu:$store/root/lib/x86_64-linux-gnu \
        setpriv --pdeathsig TERM timeout --kill-after 10 "$limit" qemu-system-x86_64 \
        -L "$store/root/usr/share/qemu" -L "$store/root/usr/share/seabios" -L /usr/share/qemu -L /usr/share/seabios \
        -accel tcg,thread=multi -cpu max -smp 2 -m 3072 -nodefaults -display none -serial stdio "$@" \
        </dev/null | sed -u 's|\r$||'
}
