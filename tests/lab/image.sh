# shellcheck shell=bash disable=SC2154
# Root images: what each variant of host has on its disk. Sourced by `lab`.
# Must never write into a finished image: running hosts have it as the lower layer of their disk.

image_variants=(supervisor rhel python python2.7 python3.6 bare plain)
image_supervisor_wheel=supervisor-4.2.5-py2.py3-none-any.whl
image_supervisor_sha256=2ecaede32fc25af814696374b79e42644ecaba5c09494c51016ffda9602d0f08

# Images grow from one another: ground (no systemd, all packages fetched) -> base (systemd, sshd) -> variant.
image_parent() {
  case $1 in
    ground) ;;
    base | plain) echo ground ;;
    *) echo base ;;
  esac
}

# The key is taken from the recipe as bash parsed it, so a comment rebuilds nothing and a changed step does.
image_key() {
  local parent
  parent=$(image_parent "$1")
  {
    echo "$1 $(uname -m)"
    declare -f "image_make_${1//[.0-9]/}" image_install
    if [[ $1 == python[23].* ]]; then image_pyenv "$1"; fi
    if [[ $1 == rhel ]]; then echo "$image_supervisor_sha256"; fi
    if [[ -n $parent ]]; then image_key "$parent"; else declare -f image_settle; fi
  } | sha256sum | cut -c1-12
}

image_known() {
  local each
  for each in "${image_variants[@]}"; do
    if [[ $each == "$1" ]]; then return 0; fi
  done
  return 1
}

# Prints the directory of the image, building it (and its parents) where it is not there yet.
image_need() {
  local variant=$1 parent='' from='' dir draft key outcome
  # Taken apart from `dir=` so that a missing interpreter stops here instead of making a wrong key.
  key=$(image_key "$variant")
  dir=$cache/images/$variant-$key
  if [[ -d $dir ]]; then
    echo "$dir"
    return
  fi
  parent=$(image_parent "$variant")
  if [[ -n $parent ]]; then from=$(image_need "$parent"); fi
  mkdir -p "$cache/images"
  (
    exec 9>"$cache/images/$variant.lock"
    flock 9
    if [[ -d $dir ]]; then exit; fi
    echo "lab: building image $variant" >&2
    # Under the lock, any draft is what a killed build left behind.
    rm -rf "$cache/images/draft-$variant"
    draft=$cache/images/draft-$variant
    if [[ -n $from ]]; then cp -a --reflink=auto "$from" "$draft"; fi
    # Bash forgets `set -e` in whatever stands before `||`, so the outcome is taken the long way.
    set +e
    (
      set -e
      "image_make_${variant//[.0-9]/}" "$draft" "$variant"
    ) >"$cache/images/$variant.log" 2>&1
    outcome=$?
    set -e
    if ((outcome != 0)); then
      die "building image $variant failed: $(tail -n 1 "$cache/images/$variant.log")" \
        "read $cache/images/$variant.log"
    fi
    if [[ $variant != ground && $variant != base ]]; then image_settle "$draft"; fi
    mv -T "$draft" "$dir"
    rm -rf "/run/systemd/nspawn/propagate/draft-$variant"
    image_forget_old "$variant" "$dir"
  )
  echo "$dir"
}

# An older image may still be the lower layer of a host that is up; those stay.
image_forget_old() {
  local old
  for old in "$cache/images/$1"-????????????; do
    if [[ $old != "$2" && -d $old ]] && ! grep -qF "lowerdir=$old" /proc/mounts; then rm -rf "$old"; fi
  done
}

# All packages of all variants are fetched here, once, so that every other image is made without a network.
image_make_ground() {
  local sources=()
  # The machine's own sources serve only where they are of the same Debian; else mmdebstrap knows better.
  if grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    if [[ -s /etc/apt/sources.list.d/debian.sources ]]; then
      sources=(/etc/apt/sources.list.d/debian.sources)
    elif [[ -s /etc/apt/sources.list ]]; then
      sources=(/etc/apt/sources.list)
    fi
  fi
  # shellcheck disable=SC2016 # $1 is for mmdebstrap's shell
  mmdebstrap --variant=minbase --quiet \
    --include=iproute2,iputils-ping,openssl,procps,hostname,passwd,netbase,libffi8 \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='set -e; fetch() { mkdir -p "$root/debs/$1/partial"; set -- "$@"; at=$1; shift
      chroot "$root" apt-get -qq -y --no-install-recommends --download-only \
        -o "Dir::Cache::archives=/debs/$at" install "$@"; }
      root=$1
      fetch base systemd systemd-sysv dbus openssh-server
      fetch python python3
      fetch pkg-resources python3 python3-pkg-resources
      fetch supervisor supervisor
      fetch plain tini python3' \
    bookworm "$1" "${sources[@]}"
}

# A container of its own and no network: what the machine has around it must not get into the image.
image_install() {
  systemd-nspawn -q --register=no --keep-unit --private-network --resolv-conf=off --timezone=off --pipe \
    --setenv=DEBIAN_FRONTEND=noninteractive -D "$1" \
    sh -ceu "apt-get -qq -y --no-install-recommends install /debs/$2/*.deb" </dev/null
}

image_make_base() {
  local unit
  image_install "$1" base
  # None of these does anything for a host without a network, and each slows the boot or wakes the machine.
  for unit in systemd-networkd-wait-online.service systemd-firstboot.service console-getty.service getty@tty1.service \
    getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer; do
    ln -sf /dev/null "$1/etc/systemd/system/$unit"
  done
  mkdir -p "$1/etc/ssh/sshd_config.d"
  echo 'PermitRootLogin prohibit-password' >"$1/etc/ssh/sshd_config.d/lab.conf"
}

image_make_bare() { test ! -e "$1/usr/bin/python3"; }

image_make_python() {
  if [[ $2 == python ]]; then image_install "$1" python; else image_old_python "$1" "$2"; fi
}

image_make_supervisor() { image_install "$1" supervisor; }

# As EPEL lays it out; the wheel is upstream's, for the Debian package knows only Debian's paths.
image_make_rhel() {
  local wheel=$cache/wheels/$image_supervisor_wheel script
  image_install "$1" pkg-resources
  if [[ ! -f $wheel ]]; then
    mkdir -p "$cache/wheels"
    python3 -m pip download --quiet --no-deps --only-binary :all: -d "$cache/wheels/draft" supervisor==4.2.5
    mv "$cache/wheels/draft/$image_supervisor_wheel" "$wheel"
    rmdir "$cache/wheels/draft"
  fi
  echo "$image_supervisor_sha256  $wheel" | sha256sum -c --quiet
  python3 -m zipfile -e "$wheel" "$1/usr/lib/python3/dist-packages"
  for script in supervisord supervisorctl; do
    printf '#!/usr/bin/python3\nimport sys\nfrom supervisor.%s import main\nsys.exit(main())\n' $script >"$1/usr/bin/$script"
    chmod 755 "$1/usr/bin/$script"
  done
  mkdir -p "$1/etc/supervisord.d" "$1/var/log/supervisor"
  cat >"$1/etc/supervisord.conf" <<'END'
[unix_http_server]
file=/run/supervisor/supervisor.sock

[supervisord]
logfile=/var/log/supervisor/supervisord.log
logfile_maxbytes=50MB
logfile_backups=10
loglevel=info
pidfile=/run/supervisord.pid
nodaemon=false
minfds=1024
minprocs=200

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix:///run/supervisor/supervisor.sock

[include]
files = supervisord.d/*.ini
END
  echo 'D /run/supervisor 0770 root root -' >"$1/usr/lib/tmpfiles.d/supervisor.conf"
  cat >"$1/usr/lib/systemd/system/supervisord.service" <<'END'
[Unit]
Description=Process Monitoring and Control Daemon
After=rc-local.service nss-user-lookup.target

[Service]
Type=forking
ExecStart=/usr/bin/supervisord -c /etc/supervisord.conf

[Install]
WantedBy=multi-user.target
END
  systemctl --quiet --root="$1" enable supervisord.service
}

# PID 1 is what many small boxes have: something that reaps and does no more.
image_make_plain() {
  image_install "$1" plain
  printf '#!/bin/sh\nexec /usr/bin/tini -- sleep infinity\n' >"$1/sbin/init"
  chmod 755 "$1/sbin/init"
}

# Where the old interpreter of a variant such as python2.7 comes from: no Debian package has it any more.
image_pyenv() {
  local found
  found=$(find "${PYENV_ROOT:-$HOME/.pyenv}/versions" -maxdepth 1 -name "${1#python}.*" 2>/dev/null | sort -V | tail -n 1) || true
  if [[ -z $found ]]; then
    die "no Python ${1#python} in ${PYENV_ROOT:-$HOME/.pyenv}/versions to make image $1 from" "pyenv install ${1#python}"
  fi
  echo "$found"
}

# Into /usr, where a distribution would have it, and without site-packages: pkg_resources must be absent.
image_old_python() {
  local root=$1 python=$2 from
  from=$(image_pyenv "$python")
  cp -L "$from/bin/$python" "$root/usr/bin/$python"
  cp -L "$from"/lib/libpython"${python#python}"*.so.1.0 "$root/usr/lib/"
  tar -C "$from/lib" --exclude='*/test' --exclude='*/tests' --exclude='config*-linux-gnu' --exclude='*/config' \
    --exclude='*/site-packages' --exclude='*/idlelib' --exclude='*/ensurepip' --exclude='*/tkinter' \
    --exclude='*/lib-tk' --exclude='__pycache__' --exclude='*.pyc' -c "$python" | tar -C "$root/usr/lib" -x --no-same-owner
  if [[ $python == python2.7 ]]; then
    ln -s python2.7 "$root/usr/bin/python"
  else
    mkdir -p "$root/usr/libexec"
    ln -s "/usr/bin/$python" "$root/usr/libexec/platform-python"
  fi
  # A library missing in the image, or a pkg_resources found in it, must show here and not in a test.
  systemd-nspawn -q --register=no --keep-unit --private-network --pipe -D "$root" sh -ceux "ldconfig
    $python -B -c 'import ssl, hashlib, zlib, zipfile, subprocess, socket, select, xml.parsers.expat'
    ! $python -B -c 'import pkg_resources'" </dev/null
}

# Last step of every variant a host may have.
image_settle() {
  rm -rf "$1/debs" "$1/etc/resolv.conf" "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/etc/machine-id
  printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' >"$1/etc/hosts"
}
