n=$(printf 'n%.0s' $(seq 150)); mkdir -p t/$n; cd t; echo x > $n/ü; chown 3000000:3000001 $n/ü; touch -d @1234567890.123456789 $n/ü; tar --format=pax -cf ../context/a.tar .
