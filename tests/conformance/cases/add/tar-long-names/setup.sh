n=$(printf 'n%.0s' $(seq 150)); mkdir -p t/$n/$n; cd t; echo x > $n/$n/$n; ln -s $n/$n/$n link; tar --format=gnu -cf ../context/a.tar .
