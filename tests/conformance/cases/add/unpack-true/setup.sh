echo a > a; tar czf context/a.tar.gz a
