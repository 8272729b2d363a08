mkdir context/sub; echo a > a; touch -d @1 a; tar cf context/sub/a.tar a
