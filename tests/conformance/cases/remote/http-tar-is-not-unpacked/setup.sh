mkdir served; cd served
mkdir t; echo http-tar-is-not-unpacked > t/x; tar czf a.tar.gz -C t .
