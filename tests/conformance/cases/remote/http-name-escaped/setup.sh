mkdir served; cd served
echo http-name-escaped > 'a b.txt'
