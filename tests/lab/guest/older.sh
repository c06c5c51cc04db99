#!/bin/sh
# Makes an installed file what another version of etcdpack wrote: edits it, and its sum in the receipt.
#   older.sh FILE SED
set -e
was=$(sha256sum <"$1" | cut -c1-64)
sed -i "$2" "$1"
sed -i "s/$was/$(sha256sum <"$1" | cut -c1-64)/" /var/lib/etcdpack/receipt.json
