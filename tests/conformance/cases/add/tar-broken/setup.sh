mkdir t; head -c 100000 /dev/zero > t/big; tar czf a.tgz t; head -c 60 a.tgz > context/a.tar
