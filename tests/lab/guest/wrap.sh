#!/bin/sh
# Puts a shell script in the place of a program, which is PROGRAM.aside from then on.
#   wrap.sh PROGRAM SCRIPT
set -e
mv "$1" "$1.aside"
printf '#!/bin/sh\n%s\n' "$2" >"$1"
chmod 755 "$1"
