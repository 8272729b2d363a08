mkdir t; cd t; echo a > a; touch -d @1000000000 a; tar cf ../a.tar a; cd ..; gzip -k a.tar; bzip2 -k a.tar; xz -k a.tar; zstd -q -k a.tar; mv a.tar.* context/
