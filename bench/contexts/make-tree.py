"""Makes a tree of small files, a hundred to a directory: make-tree.py DIRECTORY FILES BYTES. The same every time."""
import os
import random
import sys

root, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
source = random.Random(1)
words = [b"%x" % source.getrandbits(32) for _ in range(2000)]
for number in range(count):
    directory = f"{root}/{number // 10000:02d}/{number // 100 % 100:02d}"
    if number % 100 == 0:
        os.makedirs(directory, exist_ok=True)
    text = b" ".join([b"%d" % number, *source.choices(words, k=size // 8 + 2)])
    with open(f"{directory}/file{number % 100:02d}.txt", "wb") as file:
        file.write(text[:size])
