cd context
mkdir -p one/sub two/sub
echo one > one/sub/d.txt
echo two > two/sub/d.txt
chmod 711 one/sub
chmod 750 two/sub
