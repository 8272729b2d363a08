mkdir served; cd served
mkdir t; echo http-tar-unpacked > t/x; chmod 0640 t/x; tar czf a.tar.gz -C t .
