# shellcheck shell=bash disable=SC2154
# One host: its disk, its power and the ways into it. Sourced by `lab`.
# Must never signal a process it has not found to be this host's own.

host_need() {
  if [[ ! -d $state/hosts/$1 ]]; then die "no host '$1' in lab '$lab'" "lab list"; fi
}

host_get() { cat "$state/hosts/$1/$2"; }

host_ns() { echo "etcdpack-$lab-$(host_get "$1" port)"; }

# host_make NAME ADDRESS VARIANT IMAGE
host_make() {
  local dir=$state/hosts/$1 disk=$disks/$1 port=p${2##*.}
  mkdir -p "$dir/root" "$disk/upper" "$disk/work"
  echo "$2" >"$dir/address"
  echo "$3" >"$dir/variant"
  echo "$port" >"$dir/port"
  mount -t overlay "etcdpack-$lab" -o "lowerdir=$4,upperdir=$disk/upper,workdir=$disk/work" "$dir/root"
  echo "$1" >"$dir/root/etc/hostname"
  # Two hosts with one machine-id would be one host to systemd and to the product.
  echo "$lab/$1" | md5sum | cut -c1-32 >"$dir/root/etc/machine-id"
  install -d -m 700 "$dir/root/root/.ssh"
  install -m 600 "$state/key.pub" "$dir/root/root/.ssh/authorized_keys"
  switch_plug "etcdpack-$lab-$port" "$port" "$2"
}

host_machine() { echo "etcdpack-$lab-$(host_get "$1" port)"; }

# Starts the host and comes back at once; host_ready waits for it.
host_power() {
  local dir=$state/hosts/$1 machine boot=(--boot) group
  machine=$(host_machine "$1")
  if [[ $(host_get "$1" variant) == plain ]]; then boot=(/sbin/init); fi
  (
    # A control group a host: in a shared one, the systemd of one host would see and stop the services of another.
    for group in $(host_groups); do
      mkdir -p "$group/$machine"
      echo "$BASHPID" >"$group/$machine/cgroup.procs"
    done
    exec setsid env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      systemd-nspawn -q --register=no --keep-unit -D "$dir/root" --network-namespace-path="/run/netns/$(host_ns "$1")" \
      --machine="$machine" --hostname="$1" --console=passive --resolv-conf=off --timezone=off --link-journal=no \
      "${boot[@]}"
  ) </dev/null >"$dir/console.log" 2>&1 &
  echo $! >"$dir/monitor"
}

# The hierarchies that systemd uses: the named one and the second version, or the second alone.
host_groups() {
  local each
  for each in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    if [[ -f $each/cgroup.procs ]]; then echo "$each"; fi
  done
}

# The nspawn of this host; the number alone might by now be another's.
host_monitor() {
  local pid
  pid=$(cat "$state/hosts/$1/monitor" 2>/dev/null) || return 1
  # A process gone between the two steps is the same as none.
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "--machine=$(host_machine "$1") " || return 1
  echo "$pid"
}

# PID 1 of the host, as numbered out here.
host_leader() {
  local monitor child children=()
  monitor=$(host_monitor "$1") || return 1
  read -ra children 2>/dev/null <"/proc/$monitor/task/$monitor/children" || true
  for child in ${children[@]+"${children[@]}"}; do
    if grep -qsE '^NSpid:.*[[:space:]]1$' "/proc/$child/status"; then
      echo "$child"
      return
    fi
  done
  return 1
}

host_need_on() {
  host_need "$1"
  host_leader "$1" >/dev/null || die "host '$1' is off" "lab boot $1"
}

host_ready() {
  local said='' deadline=$((SECONDS + 60))
  while ((SECONDS < deadline)); do
    if host_leader "$1" >/dev/null; then
      if [[ $(host_get "$1" variant) == plain ]]; then
        # Until init runs, the leader is still nspawn setting the stage.
        if [[ $(cat "/proc/$(host_leader "$1")/comm") == tini ]]; then return; fi
      else
        said=$(host_run "$1" systemctl is-system-running --wait 2>/dev/null </dev/null) || true
        if [[ $said == running || $said == degraded ]]; then return; fi
      fi
    elif ! grep -qs '^State:.[^Z]' "/proc/$(host_get "$1" monitor)/status"; then
      die "host '$1' ended while booting: $(tail -n 1 "$state/hosts/$1/console.log")" "read $state/hosts/$1/console.log"
    fi
    sleep 0.1
  done
  die "host '$1' is not up after 60 s (systemd says '${said}')" "read $state/hosts/$1/console.log"
}

# A clean environment: what the operator's shell has set must not make a test pass or fail.
host_run() {
  local name=$1 leader
  shift
  leader=$(host_leader "$name") || die "host '$name' is off" "lab boot $name"
  (
    umask 022
    ulimit -S -n 1024
    exec nsenter -t "$leader" -a -- /usr/bin/env -i -C /root HOME=/root USER=root LOGNAME=root SHELL=/bin/bash \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${TERM:+"TERM=$TERM"} "$@"
  )
}

# host_await_off NAME SECONDS
host_await_off() {
  local deadline=$((SECONDS + $2))
  while host_monitor "$1" >/dev/null; do
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 0.1
  done
  rm -f "$state/hosts/$1/monitor"
}

host_stop() {
  local leader
  leader=$(host_leader "$1") || return 0
  if [[ $(host_get "$1" variant) == plain ]]; then
    kill -TERM "$leader"
  else
    # What systemd takes for "power off"; no command in the host is needed for it.
    kill -s RTMIN+4 "$leader"
  fi
  host_await_off "$1" 100 || die "host '$1' does not power off" "lab crash $1"
}

# PID 1 gone, the kernel kills every process of the host at once, as loss of power does.
host_crash() {
  local pid
  if pid=$(host_leader "$1"); then kill -9 "$pid" 2>/dev/null || true; fi
  if ! host_await_off "$1" 3; then
    if pid=$(host_monitor "$1"); then kill -9 "$pid" 2>/dev/null || true; fi
    host_await_off "$1" 10 || die "host '$1' does not die" "lab list"
  fi
}

# host_put FILE NAME PATH
host_put() {
  case $3 in
    /tmp/* | /run/* | /dev/* | /proc/* | /sys/*) die "$3 is not on the disk of the host" "put it under /root or /var/tmp" ;;
    /*) ;;
    *) die "'$3' is not an absolute path" "lab put FILE NAME:/root/" ;;
  esac
  cp --preserve=mode,timestamps "$1" "$state/hosts/$2/root$3"
}

host_remove() {
  local dir=$state/hosts/$1 group machine tries
  if [[ -f $dir/port ]]; then
    host_crash "$1"
    machine=$(host_machine "$1")
    rm -rf "/run/systemd/nspawn/propagate/$machine"
    for group in $(host_groups); do
      # The groups under it are empty by now; find does the deepest first.
      if [[ -d $group/$machine ]]; then find "$group/$machine" -depth -type d -exec rmdir {} +; fi
    done
  fi
  for tries in 1 2 3 4 5 last; do
    if ! mountpoint -q "$dir/root"; then break; fi
    if [[ $tries == last ]]; then umount -l "$dir/root"; else umount "$dir/root" 2>/dev/null || sleep 0.3; fi
  done
  rm -rf "$dir"
}
