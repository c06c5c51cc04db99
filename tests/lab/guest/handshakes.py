"""Shakes hands with a member at both ports, anew each time and without a pause, until a file is there.

    handshakes.py DIR ADDRESS STOP

DIR has the CA, a certificate of it and its key, which stay as they are. Says at each port how many handshakes there were, and
each certificate that was shown, in the order in which it was first seen; ends with 1 after the first one that fails.
"""

import hashlib
import os
import socket
import ssl
import sys
import threading


def shake(context, at, seen, stop, failed):
    while not os.path.exists(stop) and not failed:
        try:
            with socket.create_connection(at, 10) as plain, context.wrap_socket(plain, server_hostname=at[0]) as tls:
                shown = hashlib.sha256(tls.getpeercert(True)).hexdigest()
        except OSError as error:
            failed.append(f"{at[1]}: {error!r} after {seen}")
            return
        seen[shown] = seen.get(shown, 0) + 1


def main():
    directory, address, stop = sys.argv[1:]
    context = ssl.create_default_context(cafile=f"{directory}/ca.pem")
    # In 1.3 a client is done before the server has looked at its certificate.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(f"{directory}/etcd-peer.pem", f"{directory}/etcd-peer-key.pem")
    failed, threads, all_seen = [], [], {}
    for port in (2379, 2380):
        all_seen[port] = {}
        threads.append(threading.Thread(target=shake, args=(context, (address, port), all_seen[port], stop, failed)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for port, seen in all_seen.items():
        print(port, " ".join(f"{shown}={times}" for shown, times in seen.items()), flush=True)
    sys.exit("\n".join(failed) or 0)


main()
