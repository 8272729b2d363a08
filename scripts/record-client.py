#!/usr/bin/env python3
"""Passes connections on from one socket to another and writes what the client sent on each into a file of its number; for tests/Caisson.Daemon.Tests/Conversations.
Usage: scripts/record-client.py LISTEN CONNECT DIRECTORY"""
import os, socket, sys, threading

listen, connect, directory = sys.argv[1:]
os.makedirs(directory, exist_ok=True)


def pump(source, target, log=None):
    with source, target:
        try:
            while data := source.recv(65536):
                if log:
                    log.write(data)
                    log.flush()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # One of both is gone.


server = socket.socket(socket.AF_UNIX)
server.bind(listen)
server.listen()
number = 0
while True:
    client, _ = server.accept()
    number += 1
    daemon = socket.socket(socket.AF_UNIX)
    daemon.connect(connect)
    log = open(os.path.join(directory, f"{number:02}"), "wb")
    threading.Thread(target=pump, args=(client.dup(), daemon.dup(), log), daemon=True).start()
    threading.Thread(target=pump, args=(daemon, client), daemon=True).start()
