n=$(printf 'n%.0s' $(seq 200)); mkdir -p context/long/$n/$n/$n; echo x > context/long/$n/$n/$n/$n; ln -s $n/$n/$n/$n context/long/link
