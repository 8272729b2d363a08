echo a > a; touch -d @1000000000 a; tar czf context/misnamed.txt a; echo 'not an archive' > context/looks.tar.gz
