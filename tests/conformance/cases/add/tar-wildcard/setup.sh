for n in a b; do echo $n > $n; tar cf context/$n.tar $n; done
