#!/bin/sh
# Runs a command until its drill's etcd is up, holds that, looks at it, and sends the command a signal. Says on stdout what was
# seen, on stderr what the command said, and ends as it ended.
#   drilled.sh COMMAND SIGNAL
# What a shell does not wait for is deaf to SIGINT otherwise.
# shellcheck disable=SC2086 # a command is its words
env --default-signal=INT outside=secret $1 >/root/said 2>&1 &
drill=$!
# Neither this shell nor what becomes etcd, which have these words, too.
until etcd=$(pgrep -f -- '^/opt/etc[d][^ ]*/etcd --name etcdpack-drill'); do :; done
kill -STOP "$etcd"
stat -c 'by %U' "/proc/$etcd"
grep -c outside "/proc/$etcd/environ"
echo "nice $(cut -d ' ' -f 19 "/proc/$etcd/stat")"
test "$(readlink "/proc/$etcd/ns/net")" = "$(readlink /proc/self/ns/net)" || echo apart
etcdpack-host status >/dev/null && echo healthy
etcdpack-host uninstall --yes 2>&1 | grep -ow drill
kill -s "$2" $drill
wait $drill
code=$?
until ! kill -0 "$etcd" 2>/dev/null; do :; done
cat /root/said >&2
rm -f /root/said
exit $code
