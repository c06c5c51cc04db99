#!/bin/sh
# Closes a place to root, or opens it again: close.sh close|open KIND PLACE
# KIND: read-only, full, immutable, append-only, missing, file. PLACE is a directory or a file that is there.
set -eu
verb=$1 kind=$2 place=$3
aside=/mnt/aside

# A mount of the place's own file system on itself, with what it holds; of one that is in memory that file system itself.
fill() {
  if [ "$(stat -f -c %T "$place")" = tmpfs ] && mountpoint -q "$place"; then
    size=$(df -k --output=avail "$place" | tail -n 1)
    head -c "${size}k" /dev/zero >"$place/.filled" 2>/dev/null || true
    return
  fi
  mkdir -p "$aside"
  mount -t tmpfs -o mode=0755,size=512m none "$aside"
  cp -a "$place/." "$aside/"
  chmod --reference="$place" "$aside"
  used=$(df -k --output=used "$aside" | tail -n 1)
  # As much as it holds, and a little: what is only looked at fits.
  mount -o remount,size=$((used + 64))k "$aside"
  mount --bind "$aside" "$place"
  umount "$aside"
}

case $verb/$kind in
close/read-only) mount --bind "$place" "$place" && mount -o remount,bind,ro "$place" ;;
open/read-only) umount -l "$place" ;;
close/full) fill ;;
open/full) if [ -e "$place/.filled" ]; then rm "$place/.filled"; else umount -l "$place"; fi ;;
close/immutable) chattr +i "$place" ;;
open/immutable) chattr -i "$place" ;;
close/append-only) chattr +a "$place" ;;
open/append-only) chattr -a "$place" ;;
close/missing) mv "$place" "$place.aside" ;;
close/file) mv "$place" "$place.aside" && echo >"$place" ;;
open/missing | open/file) rm -rf "$place" && mv "$place.aside" "$place" ;;
*) exit 2 ;;
esac
