#!/bin/sh
# Takes back what wrap.sh did.
#   unwrap.sh PROGRAM
exec mv "$1.aside" "$1"
