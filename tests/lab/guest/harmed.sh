#!/bin/sh
# Runs a command in a scope of its own, `victim.scope`, and beside it what is to harm it. Says on stderr what the command said,
# and ends as it ended.
#   harmed.sh COMMAND HARM
systemctl reset-failed victim.scope 2>/dev/null
# shellcheck disable=SC2086 # a command is its words
systemd-run --quiet --scope --unit=victim $1 >/root/said 2>&1 &
victim=$!
eval "$2" >/dev/null 2>&1
wait $victim
code=$?
cat /root/said >&2
rm -f /root/said
exit $code
