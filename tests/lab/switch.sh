# shellcheck shell=bash disable=SC2154
# The switch: a bridge in a network namespace of its own, and the cables from it. Sourced by `lab`.
# Must never make or change a device outside the lab's own namespaces: nothing may leak out, nothing may get in.

switch_ns=etcdpack-$lab-switch
operator_ns=etcdpack-$lab-operator

switch_make() {
  ip netns add "$switch_ns"
  ip -n "$switch_ns" link add hub type bridge
  ip -n "$switch_ns" link set hub up
}

# A namespace with one cable into the switch: switch_plug NAMESPACE PORT ADDRESS
switch_plug() {
  ip netns add "$1"
  ip -n "$switch_ns" link add "$2" type veth peer name eth0 netns "$1"
  ip -n "$switch_ns" link set "$2" master hub up
  ip -n "$1" link set lo up
  ip -n "$1" address add "$3/24" dev eth0
  ip -n "$1" link set eth0 up
}

# switch_cable PORT up|down
switch_cable() { ip -n "$switch_ns" link set "$1" "$2"; }

switch_has_cable() { ip -n "$switch_ns" link show "$1" up | grep -q .; }

switch_operator() { nsenter --net="/run/netns/$operator_ns" -- "$@"; }

# By name and not by what was noted, so that a half-made lab goes away too.
switch_remove() {
  local ns pids
  for ns in /run/netns/etcdpack-"$lab"-*; do
    if [[ ! -e $ns ]]; then continue; fi
    # What still runs in there (an ssh of the operator's) was started by this lab.
    pids=$(ip netns pids "${ns##*/}" 2>/dev/null) || pids=''
    # shellcheck disable=SC2086 # one word a process
    if [[ -n $pids ]]; then kill -9 $pids 2>/dev/null || true; fi
    ip netns delete "${ns##*/}"
  done
}
